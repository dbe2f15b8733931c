import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect, type TLSSocket } from 'node:tls'
import { AGENT_ALPN, AGENT_WEBSOCKET_PATH, TunnelError } from '@tunnel/protocol'
import { type EdgeTrust, tlsOptionsFor, verifyPinnedCa } from './trust.ts'

/** How the agent reaches the edge: TLS with its own ALPN, or WebSocket for networks that pass only HTTPS. */
export type EdgeTransport = 'tls' | 'websocket'

export interface EdgeAddress {
  host: string
  port: number
}

/**
 * Connects to the edge and checks who it is. Rejects with {@link TunnelError}: 8000 (name), 8002 (TCP), 8003 (TLS, trust),
 * 8004 (something else answers there). `timeoutMs` covers all of it; aborting rejects with the signal's reason.
 */
export async function dialEdge(
  transport: EdgeTransport,
  address: EdgeAddress,
  trust: EdgeTrust,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Duplex> {
  const deadline = AbortSignal.timeout(timeoutMs)
  const either = AbortSignal.any([signal, deadline])
  try {
    if (transport === 'tls') return await dialTls(address, trust, AGENT_ALPN, either)
    // Most agents never need it, and it is 6 MB. Loaded first: a connection that waited for it would have nobody to hear its errors.
    const ws = await import('ws')
    either.throwIfAborted()
    return await upgrade(ws, await dialTls(address, trust, 'http/1.1', either), address, either)
  } catch (cause) {
    signal.throwIfAborted()
    if (deadline.aborted)
      throw new TunnelError(8002, `no session with ${address.host}:${address.port} within ${timeoutMs} ms`, {
        cause,
        retryable: true,
      })
    throw cause
  }
}

function dialTls(address: EdgeAddress, trust: EdgeTrust, alpn: string, signal: AbortSignal): Promise<TLSSocket> {
  const { host, port } = address
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      servername: isIP(host) ? '' : host,
      ALPNProtocols: [alpn],
      minVersion: 'TLSv1.3',
      ...tlsOptionsFor(trust),
    })
    const abort = (): void => fail(signal.reason as Error)
    const fail = (cause: Error): void => {
      signal.removeEventListener('abort', abort)
      socket.on('error', () => {})
      socket.destroy()
      reject(cause instanceof TunnelError ? cause : dialError(cause, address))
    }
    signal.addEventListener('abort', abort)
    socket.once('error', fail)
    socket.once('close', () => fail(new Error('the connection was closed during the handshake')))
    socket.once('secureConnect', () => {
      try {
        if (typeof trust === 'object' && 'caFingerprint' in trust) verifyPinnedCa(socket, trust.caFingerprint)
        if (socket.alpnProtocol !== alpn) throw notAnEdge(address)
      } catch (cause) {
        return fail(cause as Error)
      }
      signal.removeEventListener('abort', abort)
      socket.removeAllListeners('error')
      socket.removeAllListeners('close')
      socket.setNoDelay(true)
      resolve(socket)
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

const TLS_CODE = /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/

function dialError(cause: NodeJS.ErrnoException, address: EdgeAddress): TunnelError {
  const where = `${address.host}:${address.port}`
  const code = cause.code ?? ''
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new TunnelError(8000, `the edge's name ${address.host} could not be resolved`, { cause, retryable: true })
  if (code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL') return notAnEdge(address, cause)
  if (TLS_CODE.test(code))
    return new TunnelError(8003, `TLS with ${where} failed: ${cause.message}`, {
      cause,
      retryable: !/CERT|SIGNED|UNABLE/.test(code),
    })
  return new TunnelError(8002, `no connection to the edge at ${where}: ${code || cause.message}`, {
    cause,
    retryable: true,
  })
}
