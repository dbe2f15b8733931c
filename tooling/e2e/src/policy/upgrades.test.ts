// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { openHttp2 } from '../harness/http2-client.ts'
import { visit } from '../harness/raw-connection.ts'
import { within } from '../harness/until.ts'
import { startUpstream } from '../harness/upstream.ts'
import { police } from './policed.ts'

const policy = JSON.stringify({
  on_http_request: [
    { expressions: ["req.url.path == '/no'"], actions: [{ type: 'deny' }] },
    {
      expressions: ["req.url.path == '/wait'"],
      actions: [{ type: 'http-request', config: { url: 'https://other.internal' } }],
    },
    { actions: [{ type: 'add-headers', config: { headers: { 'x-in': '${req.method}' } } }] },
  ],
  on_http_response: [
    {
      expressions: ["req.url.path == '/wait'"],
      actions: [{ type: 'http-request', config: { url: 'https://other.internal' } }],
    },
    { actions: [{ type: 'add-headers', config: { headers: { 'x-out': '${res.status_code}' } } }] },
  ],
})

/** An upstream that greets over WebSocket in the same packet as its 101, and then echoes. */
async function policedWebSocket() {
  const heard: unknown[] = []
  const endpoint = await police(policy)
  const sockets = new WebSocketServer({ server: endpoint.upstream.server })
  sockets.on('connection', (socket, incoming) => {
    heard.push(incoming.headers['x-in'])
    socket.send('welcome')
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
    socket.on('error', () => {})
  })
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate()
  })
  const other = await startUpstream((_incoming, response) => response.end('x'))
  await endpoint.tunnel.forward(other, { url: 'https://other.internal' })
  return { ...endpoint, heard }
}

const handshake = (url: string, path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`
/** A masked text frame (RFC 6455 §5.2) whose mask is zero. */
const frame = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)])

describe('a WebSocket', () => {
  test.each(['/', '/wait'])('at %s passes both phases, and loses nothing', async (path) => {
    const { url, heard } = await policedWebSocket()
    const visitor = await visit(url)
    visitor.send(handshake(url, path))
    const head = await visitor.receive('welcome')
    expect(head).toMatch(/^HTTP\/1\.1 101 /)
    expect(head.toLowerCase()).toContain('x-out: 101')
    visitor.send(frame('hello'))
    await visitor.receive('hello')
    expect(heard).toEqual(['GET'])
    visitor.socket.destroy()
  })

  test('that is not let in is answered', async () => {
    const { url, heard } = await policedWebSocket()
    const visitor = await visit(url)
    visitor.send(handshake(url, '/no'))
    await visitor.receive(/^HTTP\/1\.1 403 /)
    expect(heard).toEqual([])
    visitor.socket.destroy()
  })

  test.each(['/', '/wait'])('over HTTP/2 at %s passes both phases', async (path) => {
    const { url } = await policedWebSocket()
    const session = await openHttp2(url)
    if (!session.remoteSettings.enableConnectProtocol) await once(session, 'remoteSettings')
    const stream = session.request({
      ':method': 'CONNECT',
      ':protocol': 'websocket',
      ':path': path,
      'sec-websocket-version': '13',
    })
    const [headers] = (await within(once(stream, 'response'), 'the response')) as [Record<string, unknown>]
    expect(headers).toMatchObject({ ':status': 200, 'x-out': '101' })
    let text = ''
    const echoed = new Promise<void>((resolve) => {
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1')
        if (text.includes('hello')) resolve()
      })
    })
    stream.write(frame('hello'))
    await within(echoed, 'the echo')
    expect(text).toContain('welcome')
    stream.destroy()
  })
})
