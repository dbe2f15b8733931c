import type { Socket } from 'node:net'
import { SocksClient } from 'socks'
import type { ProxyServer } from './proxy-url.ts'

/** The proxy is asked within whatever bounds the whole attempt; the library wants a bound of its own. */
const LIBRARY_TIMEOUT_MS = 2 ** 31 - 1

/** Asks a SOCKS5 proxy, over a connection to it, for one to `host:port` (RFC 1928, RFC 1929). Rejects with what the proxy said instead. */
export function throughSocks(
  socket: Socket,
  { host: proxyHost, port: proxyPort, credentials }: ProxyServer,
  destination: { host: string; port: number },
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    SocksClient.createConnection({
      command: 'connect',
      proxy: {
        host: proxyHost,
        port: proxyPort,
        type: 5,
        ...(credentials && { userId: credentials.user, password: credentials.password }),
      },
      destination,
      existing_socket: socket,
      timeout: LIBRARY_TIMEOUT_MS,
    })
      .then(() => resolve(socket), reject)
      .finally(() => signal.removeEventListener('abort', abort))
  })
}
