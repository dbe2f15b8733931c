import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { RawConnection } from './raw-connection.ts'

/** A local service behind an agent, and what it saw. */
export interface Upstream {
  readonly port: number
  readonly server: HttpServer
  /** `METHOD url`, in order of arrival. */
  readonly requests: readonly string[]
  /** Connections accepted, ever. */
  readonly connectionCount: number
  readonly openConnections: number
}

/** An HTTP service on a free port of loopback. */
export async function startUpstream(handle: RequestListener): Promise<Upstream> {
  const requests: string[] = []
  const server = createHttpServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    // A visitor that leaves is no error of the service.
    request.on('error', () => {})
    response.on('error', () => {})
    handle(request, response)
  })
  const counts = countConnections(server)
  const port = await listen(server)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    port,
    server,
    requests,
    get connectionCount() {
      return counts.accepted
    },
    get openConnections() {
      return counts.open
    },
  }
}

export interface RawUpstream {
  readonly port: number
  /** Every connection accepted, in order. */
  readonly connections: readonly RawConnection[]
  readonly openConnections: number
}

/** A service that decides about every byte. */
export async function startRawUpstream(onConnection: (connection: RawConnection) => void): Promise<RawUpstream> {
  const connections: RawConnection[] = []
  const server = createTcpServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const connection = new RawConnection(socket)
    connections.push(connection)
    onConnection(connection)
  })
  const counts = countConnections(server)
  const port = await listen(server)
  onTestFinished(() => {
    server.close()
    for (const { socket } of connections) socket.destroy()
  })
  return {
    port,
    connections,
    get openConnections() {
      return counts.open
    },
  }
}

/** A service that gives one answer to whatever it is asked, once for each request head that arrives. */
export function startCannedUpstream(answer: string): Promise<RawUpstream> {
  return startRawUpstream((connection) => {
    let answered = 0
    connection.socket.on('data', () => {
      const heads = connection.text.split('\r\n\r\n').length - 1
      for (; answered < heads; answered++) connection.send(answer)
    })
  })
}

/** A port of loopback where nothing listens. */
export async function unusedPort(): Promise<number> {
  const server = createTcpServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

function countConnections(server: Server): { accepted: number; open: number } {
  const counts = { accepted: 0, open: 0 }
  server.on('connection', (socket: Socket) => {
    counts.accepted++
    counts.open++
    socket.once('close', () => counts.open--)
  })
  return counts
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
