import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type ConnectionOptions, connect, createServer, type TLSSocket, type TlsOptions } from 'node:tls'
import { onTestFinished } from 'vitest'
import { RawConnection } from '../harness/raw-connection.ts'
import { until, within } from '../harness/until.ts'
import { startRawUpstream } from '../harness/upstream.ts'

export type TlsVisitor = RawConnection & { readonly socket: TLSSocket }

/** A visitor of a `tls://` URL. Rejects with what failed its handshake. */
export async function visitTls(url: string, options: ConnectionOptions = {}): Promise<TlsVisitor> {
  const { hostname, port } = new URL(url)
  const socket = connect({
    host: '127.0.0.1',
    port: Number(port),
    servername: hostname,
    allowHalfOpen: true,
    ...options,
  } as ConnectionOptions)
  const connection = new RawConnection(socket)
  await within(once(socket, 'secureConnect'), 'the handshake')
  return connection as TlsVisitor
}

/** A service that speaks TLS itself, and what it does with a connection. */
export async function startTlsUpstream(
  options: TlsOptions,
  serve: (socket: TLSSocket) => void,
): Promise<{ port: number }> {
  const sockets = new Set<TLSSocket>()
  const server = createServer({ allowHalfOpen: true, ...options }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    serve(socket)
  })
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { port: (server.address() as AddressInfo).port }
}

/** Ends its answer when the visitor has ended, so that the half connections are carried too. */
export const echo = (socket: { pipe(to: unknown): unknown }): void => void socket.pipe(socket)

/** What a client that names `serverName` sends first. */
export async function captureClientHello(serverName: string, protocols: string[] = []): Promise<Buffer> {
  const { port, connections } = await startRawUpstream(() => {})
  const target = { host: '127.0.0.1', port, servername: serverName, ALPNProtocols: protocols }
  const client = connect(target).on('error', () => {})
  const hello = (): Buffer => connections[0]?.bytes ?? Buffer.alloc(0)
  await until(() => hello().length > 5 && hello().length >= 5 + hello().readUInt16BE(3), 'a ClientHello')
  client.destroy()
  return hello()
}
