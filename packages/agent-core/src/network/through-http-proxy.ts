import { type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'
import type { ProxyServer } from './proxy-url.ts'

/** Asks an HTTP proxy, over a connection to it, for one to `host:port` (RFC 9110 §9.3.6). Rejects with what the proxy said instead. */
export function throughHttpProxy(
  socket: Socket,
  { credentials }: ProxyServer,
  { host, port }: { host: string; port: number },
  signal: AbortSignal,
): Promise<Socket> {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return new Promise((resolve, reject) => {
    const asked = request({
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...(credentials && { 'proxy-authorization': basic(credentials) }) },
      createConnection: () => socket,
      signal,
    })
    asked.once('connect', ({ statusCode = 0 }: IncomingMessage, tunnel: Socket, first: Buffer) => {
      if (statusCode >= 200 && statusCode < 300) {
        if (first.length > 0) tunnel.unshift(first)
        return resolve(tunnel)
      }
      tunnel.destroy()
      reject(new ProxyRefusal(statusCode, credentials !== undefined))
    })
    asked.once('error', reject)
    asked.end()
  })
}

/** A proxy that answered, and does not let this connection pass. */
export class ProxyRefusal extends Error {
  /** Whether it may do so later. */
  readonly isPassing: boolean

  constructor(status: number, hadCredentials: boolean) {
    super(`it answered ${status}${reasonFor(status, hadCredentials)}`)
    this.isPassing = status >= 500
  }
}

function reasonFor(status: number, hadCredentials: boolean): string {
  if (status === 407) return hadCredentials ? ': it does not take the credentials' : ': it wants user and password'
  return status === 403 || status === 405 ? ': it does not allow connections to this host and port' : ''
}

function basic({ user, password }: { user: string; password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}
