import { isIP, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { AGENT_ALPN, AGENT_WEBSOCKET_PATH, TunnelError } from '@tunnel/protocol'
import type { NetworkOptions } from '../network/network-options.ts'
import { type Environment, openPath } from '../network/open-path.ts'
import type { RevocationList } from './revocation-list.ts'
import { type EdgeTrust, tlsOptionsFor, verifyPinnedCa } from './trust.ts'

/** How the agent reaches the edge: TLS with its own ALPN, or WebSocket for networks that pass only HTTPS. */
export type EdgeTransport = 'tls' | 'websocket'

export interface EdgeAddress {
  host: string
  port: number
}

/** Where an edge is, whom to believe to be it, and how to get there. */
export interface EdgeRoute {
  readonly address: EdgeAddress
  readonly trust: EdgeTrust
  readonly network: NetworkOptions
  /** Where variables that name a proxy are read. @default `process.env` */
  readonly env?: Environment | undefined
  readonly revocation?: RevocationList | undefined
}

/**
 * Connects to the edge and checks who it is. Rejects with {@link TunnelError}: 8000 (name), 8002 (TCP), 8003 (TLS, trust),
 * 8004 (something else answers there), 8005 and 8006 (proxy). `timeoutMs` covers all of it; aborting rejects with the signal's reason.
 */
export function dialEdge(
  transport: EdgeTransport,
  route: EdgeRoute,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Duplex> {
  return inTime(route, timeoutMs, signal, async (either) => {
    if (transport === 'tls') return dialTls(route, AGENT_ALPN, either)
    // Most agents never need it, and it is 6 MB. Loaded first: a connection that waited for it would have nobody to hear its errors.
    const ws = await import('ws')
    either.throwIfAborted()
    return upgrade(ws, await dialTls(route, 'http/1.1', either), route.address, either)
  })
}

/** The same to the web server that an edge is as well. */
export function dialWebServer(route: EdgeRoute, timeoutMs: number, signal: AbortSignal): Promise<Duplex> {
  return inTime(route, timeoutMs, signal, (either) => dialTls(route, 'http/1.1', either))
}

async function inTime<T>(
  { address }: EdgeRoute,
  timeoutMs: number,
  signal: AbortSignal,
  dial: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = AbortSignal.timeout(timeoutMs)
  try {
    return await dial(AbortSignal.any([signal, deadline]))
  } catch (cause) {
    signal.throwIfAborted()
    if (deadline.aborted)
      throw new TunnelError(8002, `no session with ${address.host}:${address.port} within ${timeoutMs} ms`, {
        cause,
        retryable: true,
      })
    throw cause instanceof TunnelError ? cause : dialError(cause as Error, address)
  }
}

async function dialTls(route: EdgeRoute, alpn: string, signal: AbortSignal): Promise<TLSSocket> {
  const { address, trust, network, revocation } = route
  const over = (tls: ConnectionOptions): Promise<TLSSocket> =>
    openPath(address, network, route.env, signal, (socket) =>
      handshake(socket, { address, alpn, trust, tls: { minVersion: minVersionOf(network), ...tls } }, signal),
    )
  if (!revocation) return over(tlsOptionsFor(trust))
  const crl = await revocation.pem(signal)
  if (typeof trust === 'string' || !('caFingerprint' in trust)) return over({ ...tlsOptionsFor(trust), crl })
  // OpenSSL looks into a list only for an authority that it knows itself: a first handshake brings the pinned one.
  const first = await over(tlsOptionsFor(trust))
  const ca = verifyPinnedCa(first, trust.caFingerprint).toString()
  first.destroy()
  return over({ ca, crl, checkServerIdentity: () => undefined })
}

const minVersionOf = ({ tlsMinVersion = '1.3' }: NetworkOptions): 'TLSv1.2' | 'TLSv1.3' => `TLSv${tlsMinVersion}`

interface Handshake {
  readonly address: EdgeAddress
  readonly alpn: string
  readonly trust: EdgeTrust
  readonly tls: ConnectionOptions
}

function handshake(socket: Socket, { address, alpn, trust, tls }: Handshake, signal: AbortSignal): Promise<TLSSocket> {
  const { host } = address
  return new Promise((resolve, reject) => {
    // `host` is what the certificate is compared with where there is no server name.
    const secured = connect({ socket, host, servername: isIP(host) ? '' : host, ALPNProtocols: [alpn], ...tls })
    const abort = (): void => fail(signal.reason as Error)
    const fail = (cause: Error): void => {
      signal.removeEventListener('abort', abort)
      secured.on('error', () => {})
      secured.destroy()
      socket.destroy()
      reject(cause instanceof TunnelError || signal.aborted ? cause : dialError(cause, address))
    }
    signal.addEventListener('abort', abort)
    secured.once('error', fail)
    secured.once('close', () => fail(new Error('the connection was closed during the handshake')))
    secured.once('secureConnect', () => {
      try {
        if (typeof trust === 'object' && 'caFingerprint' in trust) verifyPinnedCa(secured, trust.caFingerprint)
        if (secured.alpnProtocol !== alpn) throw notAnEdge(address)
      } catch (cause) {
        return fail(cause as Error)
      }
      signal.removeEventListener('abort', abort)
      secured.removeAllListeners('error')
      secured.removeAllListeners('close')
      secured.setNoDelay(true)
      resolve(secured)
    })
  })
}

function upgrade(
  { WebSocket, createWebSocketStream }: typeof import('ws'),
  socket: TLSSocket,
  address: EdgeAddress,
  signal: AbortSignal,
): Promise<Duplex> {
  const authority = address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`
  return new Promise((resolve, reject) => {
    const websocket = new WebSocket(`wss://${authority}${AGENT_WEBSOCKET_PATH}`, {
      createConnection: () => socket,
      perMessageDeflate: false,
    })
    const abort = (): void => websocket.terminate()
    signal.addEventListener('abort', abort)
    websocket.once('error', (cause) => {
      signal.removeEventListener('abort', abort)
      websocket.on('error', () => {})
      socket.destroy()
      reject(notAnEdge(address, cause))
    })
    websocket.once('open', () => {
      signal.removeEventListener('abort', abort)
      websocket.removeAllListeners('error')
      resolve(createWebSocketStream(websocket))
    })
  })
}

function notAnEdge(address: EdgeAddress, cause?: Error): TunnelError {
  return new TunnelError(8004, `${address.host}:${address.port} does not speak the agent protocol: is it an edge?`, {
    cause,
    retryable: true,
  })
}

const TLS_CODE = /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|CRL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/

function dialError(cause: NodeJS.ErrnoException, address: EdgeAddress): TunnelError {
  const where = `${address.host}:${address.port}`
  const code = cause.code ?? ''
  if (code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL') return notAnEdge(address, cause)
  if (code === 'CERT_REVOKED') return new TunnelError(8003, `the certificate of ${where} was revoked`, { cause })
  if (TLS_CODE.test(code))
    return new TunnelError(8003, `TLS with ${where} failed: ${cause.message}`, {
      cause,
      // A list that is too old is renewed by its publisher.
      retryable: code === 'CRL_HAS_EXPIRED' || !/CERT|SIGNED|UNABLE/.test(code),
    })
  return new TunnelError(8002, `no connection to the edge at ${where}: ${code || cause.message}`, {
    cause,
    retryable: true,
  })
}
