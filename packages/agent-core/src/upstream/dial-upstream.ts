import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls, type SecureContext } from 'node:tls'
import type { UpstreamAddress } from './address.ts'
import { readBuffers } from './read-buffers.ts'

export interface UpstreamDialOptions {
  /** Verify the certificate of an `https` or `tls` upstream. @default false (reference §2.5: a private network is assumed) */
  verifyTls?: boolean | undefined
  /** The CAs for that, made once for all connections. @default the host's roots, loaded for each */
  secureContext?: SecureContext | undefined
  /** A connection to the upstream that is there already, for TLS to begin on. */
  over?: Socket | undefined
}

/** Takes what was read, and answers whether the buffer is its own now: then another one is read into. */
export type ReadHandler = (bytes: number, buffer: Buffer) => boolean

/**
 * Starts connecting to an upstream. `connect` or, with TLS, `secureConnect` says that bytes will arrive: see {@link connectedEvent}.
 * They go to `onRead`; there are no `data` events.
 */
export function dialUpstream(address: UpstreamAddress, options: UpstreamDialOptions, onRead: ReadHandler): Socket {
  const { onread, release } = readInto(onRead)
  return connect(address, options, onRead, onread).once('close', release)
}

function connect(
  address: UpstreamAddress,
  options: UpstreamDialOptions,
  onRead: ReadHandler,
  onread: OnReadOpts,
): Socket {
  const { host, port } = address
  if (address.unixSocket) return connectTcp({ path: host, allowHalfOpen: true, onread })
  if (!usesTls(address)) return connectTcp({ host, port, noDelay: true, allowHalfOpen: true, onread })
  const tls: ConnectionOptions & { onread: OnReadOpts } = {
    host,
    port,
    onread,
    // SNI names a host; an address is not one (RFC 6066 §3).
    servername: isIP(host) ? '' : host,
    rejectUnauthorized: options.verifyTls ?? false,
    ALPNProtocols: address.scheme === 'https' ? ['http/1.1'] : [],
    ...(options.secureContext && { secureContext: options.secureContext }),
    ...(options.over && { socket: options.over }),
  }
  const socket = connectTls(tls).setNoDelay(true)
  // Node has no `onread` where the connection was there before.
  if (options.over) socket.on('data', (chunk: Buffer) => onRead(chunk.length, chunk))
  return socket
}

/** `release`: the socket is closed, and reads no more. */
function readInto(onRead: ReadHandler): { onread: OnReadOpts; release: () => void } {
  let buffer: Buffer | undefined
  const onread: OnReadOpts = {
    buffer: () => (buffer ??= readBuffers.take()),
    callback: (bytes) => {
      const current = buffer as Buffer
      if (onRead(bytes, current)) buffer = undefined
      return true
    },
  }
  const release = (): void => {
    if (buffer) readBuffers.give(buffer)
    buffer = undefined
  }
  return { onread, release }
}

export function connectedEvent(address: UpstreamAddress): 'connect' | 'secureConnect' {
  return usesTls(address) ? 'secureConnect' : 'connect'
}

export function usesTls(address: UpstreamAddress): boolean {
  return address.scheme === 'https' || address.scheme === 'tls'
}
