import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { ServerConnection, type ServerHandler, type ServerOptions } from '../src/index.ts'

/** Serves HTTP/2 with prior knowledge on a port of loopback, until the test is over. */
export async function serve(
  createHandler: (connection: () => ServerConnection) => Omit<ServerHandler, 'onEnd' | 'onOversizedRequest'>,
  options: Partial<ServerOptions> = {},
): Promise<{ port: number; connections: ServerConnection[] }> {
  const connections: ServerConnection[] = []
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    const connection = attach(
      socket,
      createHandler(() => connection),
      options,
    )
    connections.push(connection)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, connections }
}

function attach(
  socket: Socket,
  handler: Omit<ServerHandler, 'onEnd' | 'onOversizedRequest'>,
  options: Partial<ServerOptions>,
): ServerConnection {
  const output = {
    get hasRoom() {
      return !socket.writableNeedDrain
    },
    write(parts: readonly Buffer[]) {
      socket.cork()
      for (const part of parts) socket.write(part)
      socket.uncork()
    },
    schedule() {
      setImmediate(() => connection.flush())
    },
  }
  const connection = new ServerConnection(
    output,
    {
      ...handler,
      onOversizedRequest: () => {
        throw new Error('not in these tests')
      },
      onEnd: () => socket.end(),
    },
    options,
  )
  socket.on('data', (chunk) => connection.receive(chunk))
  socket.on('drain', () => connection.onDrain())
  socket.on('end', () => connection.finish())
  socket.on('error', () => {})
  socket.on('close', () => connection.destroy())
  return connection
}
