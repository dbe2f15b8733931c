import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { CaptureDetail, CaptureList, LiveEvent, MessageList } from '@tunnel/inspector'
import { describe, expect, onTestFinished, test } from 'vitest'
import WebSocket, { type ClientOptions, WebSocketServer } from 'ws'
import { readAnswer, request, responseTo, startRequest } from '../harness/http-request.ts'
import { identity } from '../harness/identity.ts'
import { openTcp } from '../harness/raw-connection.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { until, within } from '../harness/until.ts'
import { startCannedUpstream, startRawUpstream, startUpstream, unusedPort } from '../harness/upstream.ts'
import { type LocalApi, startInspector } from './harness/local-api.ts'
import { settledCaptures } from './harness/settled.ts'

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

describe('exchanges', () => {
  test('are captured byte for byte, on connections that are used again', async () => {
    const edge = await startTestEdge()
    const { inspector, api } = await startInspector()
    const upstream = await startUpstream(async (incoming, response) => {
      const body = await buffer(incoming)
      response.writeHead(200, { 'x-length': body.length }).end(Buffer.from(body).reverse())
    })
    const listener = await edge.forward(upstream, { inspect: inspector })
    const sent = [0, 1, 4096, 4097, 70_000, 3_000_000].map((size) => randomBytes(size))
    for (const [index, body] of sent.entries()) {
      const answer = await request(listener.url(), { method: 'POST', path: `/${index}`, body })
      expect(sha256(answer.body)).toBe(sha256(Buffer.from(body).reverse()))
    }
    const captures = await settledCaptures(api, sent.length)
    for (const [index, body] of sent.entries()) {
      const { request: asked, response } = captures[index] as CaptureDetail
      expect(captures[index]?.path).toBe(`/${index}`)
      expect(sha256(await readRanges(api, asked?.body.uri ?? '', body.length))).toBe(sha256(body))
      const answered = await readRanges(api, response?.body.uri ?? '', body.length)
      expect(sha256(answered)).toBe(sha256(Buffer.from(body).reverse()))
    }
    expect(upstream.connectionCount).toBeLessThan(sent.length)
  })

  test('chunked bodies, 1xx and trailers are what they were', async () => {
    const edge = await startTestEdge()
    const { inspector, api } = await startInspector()
    const upstream = await startCannedUpstream(
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n',
    )
    const listener = await edge.forward(upstream, { inspect: inspector })
    await request(listener.url(), { headers: { te: 'trailers' } })
    const [capture] = await settledCaptures(api, 1)
    expect(capture).toMatchObject({
      status: 200,
      responseBytes: 5,
      informational: [{ status: 103, headers: [['Link', '</a>']] }],
      response: { trailers: [['X-Sum', '5']] },
    })
    expect(capture?.timings.connectMs).toBeGreaterThan(0)
  })

  test('an upstream that speaks HTTP/2 is captured too', async () => {
    const edge = await startTestEdge()
    const { inspector, api } = await startInspector()
    const server = createHttp2Server((incoming, response) => {
      incoming.resume().on('end', () => response.writeHead(201, { 'x-version': '2' }).end('over two'))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const listener = await edge.forward({ port }, { app_protocol: 'http2', inspect: inspector })
    await request(listener.url(), { method: 'PUT', body: 'hi' })
    const [capture] = await settledCaptures(api, 1)
    expect(capture).toMatchObject({ method: 'PUT', status: 201, requestBytes: 2, responseBytes: 8 })
    expect(capture?.response?.headers).toContainEqual(['x-version', '2'])
    await api.send('POST', `${capture?.uri}/replay`, { body: 'again' })
    expect((await settledCaptures(api, 2))[1]).toMatchObject({ status: 201, requestBytes: 5, replayOf: capture?.id })
    await listener.close()
  })

  test('files that the agent serves are captured and replayed', async () => {
    const edge = await startTestEdge()
    const { inspector, api } = await startInspector()
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'hello.txt'), 'hello world')
    const listener = await edge.forward({ port: 0 }, { addr: `file://${directory}`, inspect: inspector })
    expect((await request(listener.url(), { path: '/hello.txt' })).text).toBe('hello world')
    const [capture] = await settledCaptures(api, 1)
    expect(capture).toMatchObject({ path: '/hello.txt', status: 200, responseBytes: 11 })
    expect((await api.bytes(capture?.response?.body.uri ?? '')).text).toBe('hello world')
    await api.send('POST', `${capture?.uri}/replay`, {})
    expect((await settledCaptures(api, 2))[1]).toMatchObject({ status: 200, responseBytes: 11 })
  })

  test('who broke it off is told', async () => {
    const edge = await startTestEdge()
    const { inspector, api } = await startInspector()
    const none = await edge.forward({ port: await unusedPort() }, { name: 'none', inspect: inspector })
    await request(none.url())
    const cut = await startRawUpstream(({ socket }) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart'))
    })
    await request((await edge.forward(cut, { name: 'cut', inspect: inspector })).url()).catch(() => {})
    const rude = await startCannedUpstream('SSH-2.0-OpenSSH\r\n')
    await request((await edge.forward(rude, { name: 'rude', inspect: inspector })).url())
    const slow = await startUpstream(() => {})
    const left = await edge.forward(slow, { name: 'left', schemes: 'http', inspect: inspector })
    const leaving = await startRequest(left.url())
    leaving.end()
    await until(() => slow.requests.length === 1, 'the request to arrive')
    leaving.socket?.resetAndDestroy()

    const captures = await settledCaptures(api, 4)
    const failures = Object.fromEntries(captures.map(({ endpoint, failureDetail }) => [endpoint, failureDetail]))
    expect(failures).toMatchObject({
      none: { side: 'upstream', code: 'ERR_TUNNEL_8012' },
      cut: { side: 'upstream', code: 'ERR_HTTP_EARLY_END' },
      rude: { side: 'upstream' },
      left: { side: 'visitor', code: 'ERR_VISITOR_LEFT' },
    })
  })

  test('an event stream is read while it runs', async () => {
    const edge = await startTestEdge()
    const { inspector, api } = await startInspector()
    let end = () => {}
    const upstream = await startUpstream((_incoming, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('event: tick\ndata: 1\nid: a\n\n')
      end = () => response.end('data: last\n\n')
    })
    const listener = await edge.forward(upstream, { inspect: inspector })
    const outgoing = await startRequest(listener.url())
    outgoing.end()
    const incoming = await responseTo(outgoing)
    const messages = () =>
      api.get<CaptureList>('/api/captures').then(({ captures }) => messagesOf(api, captures[0]?.uri))
    await within(once(incoming, 'readable'), 'the first event')
    expect((await messages()).messages).toMatchObject([{ type: 'sse', event: 'tick', text: '1', id: 'a' }])
    end()
    await readAnswer(incoming)
    await settledCaptures(api, 1)
    expect((await messages()).messages).toMatchObject([{ text: '1' }, { event: 'message', text: 'last' }])
  })
})

describe('WebSockets', () => {
  test('messages of both sides, compressed ones too; one is put in from the inspector', async () => {
    const edge = await startTestEdge()
    const { inspector, api } = await startInspector()
    const { upstream, received } = await webSocketUpstream()
    const listener = await edge.forward(upstream, { inspect: inspector })
    const socket = await openWebSocket(listener.url())
    const answer = once(socket, 'message')
    socket.send(`hello ${'x'.repeat(2000)}`)
    await within(answer, 'the echo')
    const { captures } = await api.get<CaptureList>('/api/captures')
    const uri = captures[0]?.uri ?? ''
    expect(captures[0]).toMatchObject({ kind: 'websocket', state: 'open', status: 101 })

    const toVisitor = once(socket, 'message')
    const sent = await api.send('POST', `${uri}/messages`, { text: 'from the inspector' })
    expect([sent.status, sent.text]).toEqual([204, ''])
    expect(String((await within(toVisitor, 'the message'))[0])).toBe('from the inspector')
    const echoed = once(socket, 'message')
    await api.send('POST', `${uri}/messages`, { to: 'upstream', base64: Buffer.from([1, 2]).toString('base64') })
    await until(() => received.length === 2, 'the message at the upstream')
    expect(received[1]).toEqual(Buffer.from([1, 2]))

    await within(echoed, 'the echo of what was put in')
    const { messages, problem } = await messagesOf(api, uri)
    expect(problem).toBeNull()
    expect(messages).toMatchObject([
      { direction: 'request', opcode: 'text', bytes: 2006, compressed: true, injected: false },
      { direction: 'response', opcode: 'text', bytes: 2006, injected: false },
      { direction: 'response', text: 'from the inspector', injected: true },
      { direction: 'request', opcode: 'binary', injected: true },
      // It is echoed as any other.
      { direction: 'response', opcode: 'binary', injected: false },
    ])
    socket.close(1000, 'done')
    await settledCaptures(api, 1)
    const closed = await api.send('POST', `${uri}/messages`, { text: 'too late' })
    expect(JSON.parse(closed.text)).toMatchObject({ status_code: 409, details: { code: 'ERR_INSPECTOR_SEND' } })
  })
})

describe('connections', () => {
  test('bytes of a tcp endpoint are a timeline', async () => {
    const edge = await startTestEdge()
    const { inspector, api } = await startInspector()
    const upstream = await startRawUpstream(({ socket }) => void socket.pipe(socket))
    const listener = await edge.forward(upstream, { proto: 'tcp', inspect: inspector })
    const visitor = await openTcp(Number(new URL(listener.url()).port))
    visitor.send('first')
    await visitor.receive('first')
    visitor.finish('second')
    expect(await visitor.receiveAll()).toContain('second')
    const [capture] = await settledCaptures(api, 1)
    expect(capture).toMatchObject({
      kind: 'tcp',
      protocol: 'TCP',
      state: 'complete',
      requestBytes: 11,
      responseBytes: 11,
      request: null,
    })
    const { messages } = await messagesOf(api, capture?.uri)
    const text = (direction: string) =>
      messages
        .filter((message) => message.direction === direction)
        .map((message) => ('text' in message ? message.text : ''))
        .join('')
    expect([text('request'), text('response')]).toEqual(['firstsecond', 'firstsecond'])
  })
})

describe('the live feed', () => {
  test('tells of what comes, what changes and what goes, by a filter', async () => {
    const edge = await startTestEdge()
    const { inspector, api } = await startInspector()
    const upstream = await startUpstream((incoming, response) =>
      response.writeHead(incoming.url === '/bad' ? 500 : 200).end(),
    )
    const listener = await edge.forward(upstream, { inspect: inspector })
    const feed = await openFeed(api)
    expect(feed.events[0]).toMatchObject({ type: 'hello', batchIntervalMs: 100, status: { status: 'online' } })
    feed.socket.send(JSON.stringify({ type: 'filter', filter: 'status:5xx' }))
    await request(listener.url(), { path: '/good' })
    await request(listener.url(), { path: '/bad' })
    const batches = () => feed.events.filter((event) => event.type === 'batch')
    await until(
      () => batches().some(({ changed }) => changed.some(({ state, path }) => state === 'complete' && path === '/bad')),
      'the failed one',
    )
    expect(
      batches()
        .flatMap(({ changed }) => changed)
        .every(({ path }) => path === '/bad'),
    ).toBe(true)
    expect(batches().flatMap(({ unmatched }) => unmatched).length).toBeGreaterThan(0)

    const { captures } = await api.get<CaptureList>('/api/captures')
    await api.send('DELETE', '/api/captures')
    await until(() => batches().flatMap(({ removed }) => removed).length === 2, 'both to be removed')
    expect(
      batches()
        .flatMap(({ removed }) => removed)
        .sort(),
    ).toEqual(captures.map(({ id }) => id).sort())
    feed.socket.send(JSON.stringify({ type: 'filter', filter: 'status:x' }))
    await until(() => feed.events.some(({ type }) => type === 'filter-error'), 'the complaint')
  })

  test('another page cannot listen, and what is no command ends it', async () => {
    const { api } = await startInspector()
    const foreign = new WebSocket(api.url.replace('http', 'ws').concat('/api/live'), { origin: 'https://evil.example' })
    const [response] = await within(
      once(foreign, 'unexpected-response').then(([, incoming]) => [incoming]),
      'the refusal',
    )
    expect(response.statusCode).toBe(403)
    foreign.on('error', () => {}).terminate()
    const feed = await openFeed(api)
    feed.socket.send('{"type":"evil"}')
    const [code] = await within(once(feed.socket, 'close'), 'the end')
    expect(code).toBe(1008)
  })
})

function messagesOf(api: LocalApi, uri = ''): Promise<MessageList> {
  return api.get<MessageList>(`${uri}/messages`)
}

async function readRanges(api: LocalApi, uri: string, length: number): Promise<Buffer> {
  const parts: Buffer[] = []
  for (let from = 0; from < length; from += 1_000_000)
    parts.push((await api.bytes(`${uri}?from=${from}&length=1000000`)).body)
  return Buffer.concat(parts)
}

async function webSocketUpstream() {
  const upstream = await startUpstream((_incoming, response) => response.writeHead(426).end())
  const sockets = new WebSocketServer({ server: upstream.server, perMessageDeflate: { threshold: 100 } })
  const received: Buffer[] = []
  sockets.on('connection', (socket) => {
    socket.on('error', () => {})
    socket.on('message', (data: Buffer, isBinary) => {
      received.push(data)
      socket.send(data, { binary: isBinary })
    })
  })
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate()
  })
  return { upstream, received }
}

async function openWebSocket(url: string): Promise<WebSocket> {
  const { hostname, host, port } = new URL(url)
  const { ca } = await identity()
  const options = { headers: { host }, servername: hostname, ca, perMessageDeflate: { threshold: 100 } }
  const socket = new WebSocket(`wss://127.0.0.1:${port}/`, options as ClientOptions)
  socket.on('error', () => {})
  onTestFinished(() => socket.terminate())
  await within(once(socket, 'open'), 'the WebSocket to open')
  return socket
}

async function openFeed(api: LocalApi): Promise<{ socket: WebSocket; events: LiveEvent[] }> {
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}/api/live`)
  const events: LiveEvent[] = []
  socket.on('error', () => {})
  socket.on('message', (data) => events.push(JSON.parse(String(data))))
  onTestFinished(() => socket.terminate())
  await until(() => events.length > 0, 'hello')
  return { socket, events }
}
