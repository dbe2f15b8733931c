import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { UpstreamAddress } from '../address.ts'
import { usesTls } from '../dial-upstream.ts'
import { DEFAULT_DIAL_TIMEOUT_MS, type ForwardOptions } from '../forward-stream.ts'

/** The kernel asks an upstream that has been quiet for this long whether it is still there. */
const TCP_KEEP_ALIVE_MS = 30_000

/**
 * A connection to an upstream that speaks HTTP/2: in the clear with prior knowledge, over TLS by ALPN (RFC 9113 §3). `announcement`
 * goes first, before TLS. Rejects with why there is none, at the latest after `dialTimeoutMs`.
 */
export function dialHttp2(
  address: UpstreamAddress,
  options: ForwardOptions,
  announcement: Buffer | undefined,
): Promise<Socket> {
  const { host, port, unixSocket } = address
  const { dialTimeoutMs = DEFAULT_DIAL_TIMEOUT_MS } = options
  const tcp = unixSocket ? connectTcp({ path: host }) : connectTcp({ host, port, noDelay: true })
  if (!unixSocket) tcp.setKeepAlive(true, TCP_KEEP_ALIVE_MS)
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(new Error(`no connection within ${dialTimeoutMs} ms`)), dialTimeoutMs)
    const fail = (cause: Error): void => {
      clearTimeout(timer)
      tcp.destroy()
      reject(cause)
    }
    const succeed = (socket: Socket): void => {
      clearTimeout(timer)
      resolve(socket)
    }
    tcp.on('error', fail)
    tcp.on('close', () => fail(new Error('the connection was closed')))
    tcp.once('connect', () => {
      if (announcement) tcp.write(announcement)
      if (usesTls(address)) secure(tcp, address, options, succeed, fail)
      else succeed(tcp)
    })
  })
}

function secure(
  tcp: Socket,
  { host }: UpstreamAddress,
  options: ForwardOptions,
  succeed: (socket: Socket) => void,
  fail: (cause: Error) => void,
): void {
  const socket = connectTls({
    socket: tcp,
    host,
    // SNI names a host; an address is not one (RFC 6066 §3).
    servername: isIP(host) ? '' : host,
    rejectUnauthorized: options.verifyTls ?? false,
    ALPNProtocols: ['h2', 'http/1.1'],
    ...(options.secureContext && { secureContext: options.secureContext }),
  })
  socket.on('error', fail)
  socket.once('secureConnect', () => {
    if (socket.alpnProtocol === 'h2') succeed(socket)
    else fail(new Error(`it does not speak HTTP/2 over TLS (ALPN gave ${socket.alpnProtocol || 'nothing'})`))
  })
}
