// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import './harness/dangling.ts'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import WebSocket, { type ClientOptions } from 'ws'
import { request } from './harness/http-request.ts'
import { openHttp2 } from './harness/http2-client.ts'
import { identity } from './harness/identity.ts'
import { visit } from './harness/raw-connection.ts'
import { startTestEdge, type TestEdgeOptions } from './harness/test-edge.ts'
import { until, untilStill, within } from './harness/until.ts'
import { type RawUpstream, startRawUpstream, unusedPort } from './harness/upstream.ts'

/** A service that speaks TCP behind an endpoint for WebSockets. */
async function convert(
  upstream: { port: number },
  { schemes, traffic_policy, ...edge }: TestEdgeOptions & { schemes?: string; traffic_policy?: string } = {},
): Promise<string> {
  const tunnel = await startTestEdge(edge)
  const options = { ...(schemes && { schemes }), ...(traffic_policy && { traffic_policy }) }
  return (await tunnel.forward(upstream, { websocket_tcp_converter: true, ...options })).url() as string
}

const echoes = (): Promise<RawUpstream> =>
  startRawUpstream(({ socket }) => {
    socket.pipe(socket)
  })

/** What arrives is kept from the first message on. */
class Visitor {
  readonly socket: WebSocket
  readonly closed: Promise<{ code: number; reason: string }>
  readonly kinds = new Set<'text' | 'binary'>()
  pings = 0
  #chunks: Buffer[] = []

  constructor(url: string, ca: string, protocols: string[] = [], options: ClientOptions = {}) {
    const { protocol, hostname, host, port } = new URL(url)
    this.socket = new WebSocket(`${protocol === 'https:' ? 'wss' : 'ws'}://127.0.0.1:${port}/`, protocols, {
      headers: { host },
      servername: hostname,
      ca,
      ...options,
    } as ClientOptions)
    this.socket.on('error', () => {})
    this.socket.on('ping', () => this.pings++)
    this.socket.on('message', (data: Buffer, isBinary) => {
      this.kinds.add(isBinary ? 'binary' : 'text')
      this.#chunks.push(data)
    })
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
    onTestFinished(() => this.socket.terminate())
  }

  get bytes(): Buffer {
    this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0] as Buffer
  }

  async receive(bytes: number): Promise<Buffer> {
    await until(() => this.bytes.length >= bytes, `${bytes} bytes`)
    return this.bytes
  }
}

async function open(url: string, ...rest: [protocols?: string[], options?: ClientOptions]): Promise<Visitor> {
  const visitor = new Visitor(url, (await identity()).ca, ...rest)
  await within(once(visitor.socket, 'open'), 'the WebSocket to open')
  return visitor
}

const handshake = (url: string, fields = ''): string =>
  `GET / HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${fields}\r\n`
/** A masked frame (RFC 6455 §5.2) whose mask is zero. */
const frame = (opcode: number, text: string): Buffer =>
  Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)])

describe.each(['http', 'https'] as const)('a WebSocket over %s that becomes TCP', (schemes) => {
  test('gives the service the bytes of its messages, and gets those of the service as binary ones', async () => {
    const url = await convert(await echoes(), { schemes })
    const visitor = await open(url, ['binary'])
    expect(visitor.socket.protocol).toBe('binary')
    const sent = [Buffer.from('grüße'), Buffer.alloc(0), randomBytes(70_000), randomBytes(3_000_000)]
    visitor.socket.send('grüße')
    for (const message of sent.slice(1)) visitor.socket.send(message)
    const whole = Buffer.concat(sent)
    expect((await visitor.receive(whole.length)).equals(whole)).toBe(true)
    expect([...visitor.kinds]).toEqual(['binary'])
  })

  test('passes the end of either side on, after all that came before it', async () => {
    const upstream = await startRawUpstream(({ socket }) => {
      socket.write('hello')
      socket.on('end', () => socket.end('bye'))
    })
    const url = await convert(upstream, { schemes })
    const leaving = await open(url)
    await leaving.receive(5)
    leaving.socket.send('last words')
    leaving.socket.close(1000)
    expect(await within(leaving.closed, 'the answer to the close')).toMatchObject({ code: 1000 })
    expect(upstream.connections[0]?.text).toBe('last words')

    const left = await open(url)
    await left.receive(5)
    upstream.connections[1]?.finish('and no more')
    expect(await within(left.closed, 'the close')).toEqual({ code: 1000, reason: '' })
    expect(left.bytes.toString()).toBe('helloand no more')
    await until(() => upstream.openConnections === 0, 'the connections to close')
  })
})

test('is a stream of HTTP/2 as well', async () => {
  const url = await convert(await echoes())
  const session = await openHttp2(url)
  if (!session.remoteSettings.enableConnectProtocol) await once(session, 'remoteSettings')
  const stream = session.request({ ':method': 'CONNECT', ':protocol': 'websocket', 'sec-websocket-version': '13' })
  const [headers] = (await within(once(stream, 'response'), 'the response')) as [Record<string, unknown>]
  expect(headers).toMatchObject({ ':status': 200 })
  stream.write(Buffer.concat([frame(2, 'one '), frame(2, 'two')]))
  let text = ''
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  await until(() => text.endsWith('two'), 'the echo')
  expect(text.replace(/[^ -~]/g, '')).toBe('one two')
  stream.write(frame(8, '\x03\xe8'))
  await within(once(stream, 'close'), 'the close')
})

describe('a request that opens no WebSocket', () => {
  test.each([
    ['a GET', (url: string) => `GET / HTTP/1.1\r\nHost: ${new URL(url).host}\r\n\r\n`],
    ['another upgrade', (url: string) => handshake(url).replace('websocket', 'h2c')],
    ['version 8', (url: string) => handshake(url).replace(': 13', ': 8')],
    ['one with a body', (url: string) => `${handshake(url, 'Content-Length: 3\r\n')}abc`],
  ])('as %s is a 400 with 3206, and the service hears nothing', async (_, text) => {
    const upstream = await echoes()
    const url = await convert(upstream, { schemes: 'http' })
    const visitor = await visit(url)
    visitor.send(text(url))
    const answer = await visitor.receive(/3206[\s\S]*WebSocket is expected/)
    expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*\r\nSec-WebSocket-Version: 13\r\n/)
    expect(upstream.connections).toEqual([])
    visitor.socket.destroy()
  })
})

test('a policy decides before, and sees the answer', async () => {
  const upstream = await echoes()
  const traffic_policy = JSON.stringify({
    on_http_request: [{ expressions: ["!hasReqHeader('x-key')"], actions: [{ type: 'deny' }] }],
    on_http_response: [
      { actions: [{ type: 'add-headers', config: { headers: { 'x-status': '${res.status_code}' } } }] },
    ],
  })
  const url = await convert(upstream, { schemes: 'http', traffic_policy })
  expect((await request(url)).status).toBe(403)
  const visitor = await visit(url)
  visitor.send(handshake(url, 'X-Key: 1\r\n')).send(frame(2, 'hello'))
  const text = await visitor.receive('\x82\x05hello')
  expect(text).toMatch(/^HTTP\/1\.1 101 [\s\S]*x-status: 101\r\n/)
  visitor.socket.destroy()
})

test('a service that cannot be reached is named by the code that closes the WebSocket', async () => {
  const visitor = await open(await convert({ port: await unusedPort() }))
  expect(await within(visitor.closed, 'the close')).toEqual({ code: 1011, reason: 'ERR_TUNNEL_8012' })
})

test('who does not speak the protocol is closed with 1002', async () => {
  const upstream = await echoes()
  const url = await convert(upstream, { schemes: 'http' })
  const visitor = await visit(url)
  // In the packet of the handshake.
  visitor.send(Buffer.concat([Buffer.from(handshake(url)), frame(2, 'kept')]))
  await visitor.receive('\x82\x04kept')
  // Without a mask.
  visitor.send(Buffer.from([0x82, 1, 0x61]))
  expect((await visitor.receiveAll()).endsWith('\x88\x02\x03\xea')).toBe(true)
  await until(() => upstream.openConnections === 0, 'the connection to the service to close')
  expect(upstream.connections[0]?.text).toBe('kept')
})

describe('a side that does not read', () => {
  test('holds the service back', async () => {
    let written = 0
    const chunk = Buffer.alloc(64 * 1024)
    const upstream = await startRawUpstream(({ socket }) => {
      const write = (): void => {
        do written += chunk.length
        while (socket.write(chunk) && written < 200_000_000)
      }
      socket.on('drain', write)
      write()
    })
    const visitor = await open(await convert(upstream))
    visitor.socket.pause()
    expect(await untilStill(() => written)).toBeLessThan(64_000_000)
    const before = written
    visitor.socket.resume()
    await until(() => written > before, 'the service to go on')
    visitor.socket.terminate()
  })

  test('holds the visitor back, and takes all in the end', async () => {
    const upstream = await startRawUpstream(({ socket }) => void socket.pause())
    const visitor = await open(await convert(upstream))
    const sent = randomBytes(30_000_000)
    visitor.socket.send(sent)
    await until(() => upstream.connections.length === 1, 'the connection')
    expect(await untilStill(() => visitor.socket.bufferedAmount)).toBeGreaterThan(5_000_000)
    upstream.connections[0]?.socket.resume()
    await until(() => upstream.connections[0]?.socket.bytesRead === sent.length, 'all of it')
    expect(upstream.connections[0]?.bytes.equals(sent)).toBe(true)
  })
})

describe('a visitor that says nothing', () => {
  test('is asked, and stays as long as it answers', async () => {
    const limits = { webSocketPingIntervalMs: 30, clientIdleTimeoutMs: 150 }
    const visitor = await open(await convert(await echoes(), { limits }))
    await until(() => visitor.pings >= 10, 'ten pings')
    visitor.socket.send('still here')
    expect((await visitor.receive(10)).toString()).toBe('still here')
  })

  test('and does not answer is gone after clientIdleTimeoutMs, pings or not', async () => {
    const limits = { webSocketPingIntervalMs: 30, clientIdleTimeoutMs: 150 }
    const visitor = await open(await convert(await echoes(), { limits }), [], { autoPong: false })
    await within(visitor.closed, 'the close')
    expect(visitor.pings).toBeGreaterThan(1)
  })
})
