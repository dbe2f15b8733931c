import { once } from 'node:events'
import type { Server } from 'node:http'
import { onTestFinished } from 'vitest'
import WebSocket, { WebSocketServer } from 'ws'
import { within } from '../../harness/until.ts'
import { startUpstream, type Upstream } from '../../harness/upstream.ts'

/** A service that says hello to requests and echoes WebSocket messages. */
export async function startEchoService(): Promise<Upstream> {
  const upstream = await startUpstream((_incoming, response) => response.end('hello'))
  const sockets = new WebSocketServer({ server: upstream.server as Server })
  sockets.on('connection', (socket) => {
    socket.on('error', () => {})
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
  })
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate()
  })
  return upstream
}

/** A WebSocket of a visitor that ends with the test. */
export async function openEcho(url: string): Promise<WebSocket> {
  const { host, port } = new URL(url)
  const socket = new WebSocket(`ws://127.0.0.1:${port}/echo`, { headers: { host } })
  socket.on('error', () => {})
  onTestFinished(() => socket.terminate())
  await within(once(socket, 'open'), 'the WebSocket to open')
  return socket
}

/** Whether what is sent comes back. */
export async function echoes(socket: WebSocket, text: string): Promise<boolean> {
  const answer = once(socket, 'message')
  socket.send(text)
  const [data] = (await within(answer, `the echo of ${text}`)) as [Buffer]
  return data.toString() === text
}
