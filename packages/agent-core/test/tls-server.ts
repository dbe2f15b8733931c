import { once } from 'node:events'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { onTestFinished } from 'vitest'
import type { Identity } from './certificates.ts'

/** A TLS server that ends with the test. Gives its port. */
export function startTlsServer(chain: readonly Identity[], options: TlsOptions = {}): Promise<number> {
  const cert = chain.map((one) => one.cert).join('')
  return listening(
    createTlsServer({ cert, key: chain[0]?.key as string, ...options }, (socket) => socket.on('error', () => {})),
  )
}

export function startTcpServer(onConnection: (socket: Socket) => void): Promise<number> {
  return listening(createTcpServer(onConnection))
}

export async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  server.on('tlsClientError', () => {})
  onTestFinished(async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createTcpServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
