import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import WebSocket, { type ClientOptions, WebSocketServer } from 'ws'
import { identity } from './harness/identity.ts'
import { visit } from './harness/raw-connection.ts'
import { startTestEdge } from './harness/test-edge.ts'
import { until, within } from './harness/until.ts'
import { startUpstream, type Upstream } from './harness/upstream.ts'

async function startEcho(): Promise<Upstream & { sockets: WebSocketServer }> {
  const upstream = await startUpstream((_incoming, response) => response.writeHead(426).end())
  const sockets = new WebSocketServer({ server: upstream.server as Server, maxPayload: 64 * 1024 * 1024 })
  sockets.on('connection', (socket) => {
    socket.on('error', () => {})
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
  })
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate()
  })
  return Object.assign(upstream, { sockets })
}

async function openWebSocket(url: string, protocols: string[] = []): Promise<WebSocket> {
  const { protocol, hostname, host, port } = new URL(url)
  const { ca } = await identity()
  const socket = new WebSocket(`${protocol === 'https:' ? 'wss' : 'ws'}://127.0.0.1:${port}/echo`, protocols, {
    headers: { host },
    servername: hostname,
    ca,
    maxPayload: 64 * 1024 * 1024,
  } as ClientOptions)
  socket.on('error', () => {})
  onTestFinished(() => socket.terminate())
  await within(once(socket, 'open'), 'the WebSocket to open')
  return socket
}

async function echo(socket: WebSocket, data: string | Buffer): Promise<{ data: Buffer; isBinary: boolean }> {
  const answer = once(socket, 'message')
  socket.send(data)
  const [received, isBinary] = (await within(answer, 'the echo')) as [Buffer, boolean]
  return { data: received, isBinary }
}

describe.each(['http', 'https'] as const)('a WebSocket over %s', (scheme) => {
  test('carries text, binary and big messages both ways', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startEcho()
    const socket = await openWebSocket((await tunnel.forward(upstream, { schemes: scheme })).url())

    const text = await echo(socket, 'grüße')
    expect([text.data.toString(), text.isBinary]).toEqual(['grüße', false])
    for (const bytes of [0, 1, 125, 126, 65_535, 65_536, 20_000_000]) {
      const sent = randomBytes(bytes)
      const { data, isBinary } = await echo(socket, sent)
      expect(isBinary).toBe(true)
      expect(sent.equals(data)).toBe(true)
    }
  })

  test('keeps thousands of small messages in order', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startEcho()
    const socket = await openWebSocket((await tunnel.forward(upstream, { schemes: scheme })).url())
    const received: string[] = []
    const all = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        if (received.push(data.toString()) === 5000) resolve()
      })
    })
    const sent = Array.from({ length: 5000 }, (_, index) => `message ${index}`)
    for (const text of sent) socket.send(text)
    await within(all, 'every echo')
    expect(received).toEqual(sent)
  })

  test('passes close codes both ways', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startEcho()
    const url = (await tunnel.forward(upstream, { schemes: scheme })).url()

    const heard = new Promise((resolve) => {
      upstream.sockets.once('connection', (socket) => {
        socket.once('close', (code, reason) => resolve([code, reason.toString()]))
      })
    })
    const leaving = await openWebSocket(url)
    leaving.close(4001, 'going home')
    expect(await within(heard, 'the close at the upstream')).toEqual([4001, 'going home'])

    upstream.sockets.once('connection', (socket) => socket.close(4002, 'closing time'))
    const [code, reason] = await once(await openWebSocket(url), 'close')
    expect([code, String(reason)]).toEqual([4002, 'closing time'])
  })

  test('agrees on a subprotocol', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startEcho()
    const socket = await openWebSocket((await tunnel.forward(upstream, { schemes: scheme })).url(), ['chat', 'other'])
    expect(socket.protocol).toBe('chat')
  })

  test('is gone at the upstream when the visitor vanishes, and the other way round', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startEcho()
    const url = (await tunnel.forward(upstream, { schemes: scheme })).url()
    const vanishing = await openWebSocket(url)
    vanishing.terminate()
    await until(() => upstream.openConnections === 0, 'the upstream connection to close')

    upstream.sockets.once('connection', (socket) => socket.terminate())
    const [code] = await once(await openWebSocket(url), 'close')
    expect(code).toBe(1006)
  })

  test('that is idle for too long is closed', async () => {
    const tunnel = await startTestEdge({ limits: { clientIdleTimeoutMs: 300 } })
    const upstream = await startEcho()
    const socket = await openWebSocket((await tunnel.forward(upstream, { schemes: scheme })).url())
    await within(once(socket, 'close'), 'the idle connection to close')
    await until(() => upstream.openConnections === 0, 'the upstream connection to close')
  })

  test('is never reused for a request', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startEcho()
    const url = (await tunnel.forward(upstream, { schemes: scheme })).url()
    const socket = await openWebSocket(url)
    const visitor = await visit(url)
    visitor.send(`GET / HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\n\r\n`)
    expect(await visitor.receiveAll()).toMatch(/^HTTP\/1\.1 426 /)
    expect((await echo(socket, 'still mine')).data.toString()).toBe('still mine')
    expect(upstream.connectionCount).toBe(2)
  })
})
