import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'
import { digestOf, type LargeBody } from '../src/harness/large-body.ts'

/** What is behind the agents: a service for every kind of traffic. */
export interface Service {
  readonly httpPort: number
  readonly tcpPort: number
  /** Connections that agents have open to it: one for each stream. */
  readonly openConnections: number
}

export const EVENTS = 10
const EVENT_INTERVAL_MS = 50

export async function startService(large: LargeBody): Promise<Service> {
  const webSockets = new WebSocketServer({ noServer: true })
  const http = createServer((request, response) => {
    // A visitor that leaves is no error of the service.
    request.on('error', () => {})
    response.on('error', () => {})
    answer(request, response, large)
  })
  http.on('upgrade', (request, socket, head) => {
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => {})
      webSocket.on('message', (data, isBinary) => webSocket.send(data, { binary: isBinary }))
    })
  })
  const tcp = createTcpServer((socket) => void socket.on('error', () => {}).pipe(socket))
  const open = new Set<Socket>()
  for (const server of [http, tcp]) {
    server.on('connection', (socket: Socket) => {
      open.add(socket)
      socket.once('close', () => open.delete(socket))
    })
  }
  onTestFinished(() => {
    http.close()
    tcp.close()
    for (const socket of open) socket.destroy()
  })
  return {
    httpPort: await listen(http),
    tcpPort: await listen(tcp),
    get openConnections() {
      return open.size
    },
  }
}

function answer(request: IncomingMessage, response: ServerResponse, large: LargeBody): void {
  const { pathname } = new URL(request.url ?? '/', 'http://service')
  if (pathname === '/large') large.writeTo(response)
  else if (pathname === '/events') sendEvents(response)
  // An upload that its visitor broke off has no digest.
  else if (pathname === '/digest')
    void digestOf(request).then(
      (digest) => response.end(digest),
      () => {},
    )
  else response.end('hello')
}

function sendEvents(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  let sent = 0
  const timer = setInterval(() => {
    response.write(`data: ${sent++}\n\n`)
    if (sent === EVENTS) response.end()
  }, EVENT_INTERVAL_MS)
  response.once('close', () => clearInterval(timer))
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
