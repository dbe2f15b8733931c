import type { Duplex } from 'node:stream'
import type { StreamHeader } from '@tunnel/protocol'
import type { Stream } from '@tunnel/yamux'

/** A visitor's connection as a server sees it: a duplex with the visitor's address. */
export type VisitorSocket = Duplex & {
  readonly remoteAddress: string
  readonly remotePort: number
  readonly header: StreamHeader
  /** What servers and frameworks ask of a socket of `node:net` and has no meaning here. No timeout ever fires: the edge has those of its visitors. */
  setTimeout(): VisitorSocket
  setNoDelay(): VisitorSocket
  setKeepAlive(): VisitorSocket
  ref(): VisitorSocket
  unref(): VisitorSocket
}

const SOCKET_METHODS = ['setTimeout', 'setNoDelay', 'setKeepAlive', 'ref', 'unref'] as const

/** A stream of the edge as a {@link VisitorSocket}, paused, with `first` put back in front. */
export function visitorSocket(stream: Stream, header: StreamHeader, first: Buffer): VisitorSocket {
  const colon = header.visitorAddress.lastIndexOf(':')
  const hasPort =
    colon > 0 &&
    /^\d+$/.test(header.visitorAddress.slice(colon + 1)) &&
    !/^[0-9a-f:]+:[0-9a-f:]*$/i.test(header.visitorAddress)
  const address = hasPort ? header.visitorAddress.slice(0, colon).replace(/^\[|\]$/g, '') : header.visitorAddress
  stream.pause()
  if (first.length > 0) stream.unshift(first)
  return Object.defineProperties(stream, {
    remoteAddress: { value: address, enumerable: true },
    remotePort: { value: hasPort ? Number(header.visitorAddress.slice(colon + 1)) : 0, enumerable: true },
    header: { value: header },
    ...Object.fromEntries(SOCKET_METHODS.map((name) => [name, { value: () => stream }])),
  }) as unknown as VisitorSocket
}

/** As with a socket of `node:net`: nothing is lost when whoever took the connection begins to read it later. */
export function flowOnceHeard(socket: VisitorSocket): void {
  if (socket.listenerCount('data') > 0) {
    socket.resume()
    return
  }
  const onNewListener = (event: string | symbol): void => {
    if (event !== 'data') return
    socket.off('newListener', onNewListener)
    process.nextTick(() => socket.resume())
  }
  socket.on('newListener', onNewListener)
}
