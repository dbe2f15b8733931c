import { once } from 'node:events'
import {
  constants,
  createServer as createHttp2Server,
  createSecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Socket } from 'node:net'
import { StreamReplyDecoder, type TunnelError } from '@tunnel/protocol'
import type { Stream } from '@tunnel/yamux'
import { describe, expect, test } from 'vitest'
import { type EndpointConfig, forwardOver, type UpstreamConfig } from '../src/index.ts'
import type { AgentLink } from './agent-link.ts'
import { createLeaf, hasOpenssl } from './certificates.ts'
import { edgeForTest, sessionWith, trustedCa } from './connected.ts'
import { Queue } from './queue.ts'
import { freePort, listening, startTcpServer } from './tls-server.ts'

const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_REFUSED_STREAM } = constants

type OnStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void

interface Service {
  port: number
  server: Http2Server
  sessions: ServerHttp2Session[]
  /** How each stream ended. */
  resets: Queue<number>
}

async function serve(onStream: OnStream, server: Http2Server = createHttp2Server()): Promise<Service> {
  const sessions: ServerHttp2Session[] = []
  const resets = new Queue<number>()
  server.on('session', (session: ServerHttp2Session) => sessions.push(session))
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    stream.on('close', () => resets.push(stream.rstCode))
    onStream(stream, headers)
  })
  return { port: await listening(server), server, sessions, resets }
}

/** A stream of the edge, byte by byte. */
class EdgeStream {
  readonly stream: Stream
  readonly closed: Promise<unknown>
  refused: TunnelError | undefined
  /** The upstream's bytes. */
  text = ''
  isEnded = false
  #waiting: (() => void)[] = []
  #isAccepted = false

  constructor(stream: Stream) {
    const reply = new StreamReplyDecoder()
    this.stream = stream
    this.closed = new Promise((resolve) => stream.once('close', resolve))
    stream.on('data', (chunk: Buffer) => {
      const answer = this.#isAccepted ? { rest: chunk } : reply.write(chunk)
      this.#isAccepted ||= answer !== undefined && !('refused' in answer)
      if (answer && 'refused' in answer) this.refused = answer.refused
      this.text += answer?.rest.toString('latin1') ?? ''
      this.#wake()
    })
    stream.on('end', () => {
      this.isEnded = true
      this.#wake()
    })
    stream.on('close', () => this.#wake())
  }

  send(text: string): this {
    this.stream.write(Buffer.from(text, 'latin1'))
    return this
  }

  /** Resolves when what came matches. */
  async receive(pattern: string | RegExp | ((text: string) => boolean)): Promise<string> {
    const matches = (): boolean => {
      if (typeof pattern === 'function') return pattern(this.text)
      return typeof pattern === 'string' ? this.text.includes(pattern) : pattern.test(this.text)
    }
    while (!matches()) {
      if (this.isEnded || this.stream.destroyed) throw new Error(`ended after ${JSON.stringify(this.text)}`)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    return this.text
  }

  async end(): Promise<string> {
    while (!this.isEnded && !this.stream.destroyed) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this.text
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}

interface Path {
  link: AgentLink
  open(): EdgeStream
  close(): Promise<void>
}

async function through(port: number, config: EndpointConfig & UpstreamConfig = {}): Promise<Path> {
  const edge = await edgeForTest()
  const session = await sessionWith(edge)
  const link = await edge.nextLink()
  const addr = `http://127.0.0.1:${port}`
  const listener = await forwardOver(session, { addr, app_protocol: 'http2', ...config })
  return {
    link,
    open: () => new EdgeStream(link.openStream(listener.id(), { protocol: 'http' })),
    close: () => listener.close(),
  }
}

const get = (path = '/', fields = '') => `GET ${path} HTTP/1.1\r\nHost: a.example\r\n${fields}\r\n`
const post = (fields: string, body: string) => `POST / HTTP/1.1\r\nHost: a.example\r\n${fields}\r\n${body}`

describe.skipIf(!hasOpenssl)('an upstream that speaks HTTP/2 (needs openssl)', () => {
  test('is asked what the edge asked', async () => {
    const asked = new Queue<IncomingHttpHeaders>()
    const { port } = await serve((stream, headers) => {
      asked.push(headers)
      stream.respond({ ':status': 204 }, { endStream: true })
    })
    const { open } = await through(port)
    open().send(
      get(
        '/a?b',
        'X-Field: one\r\nx-field: two\r\nCookie: a=1\r\nTE: trailers\r\nConnection: TE, x-hop\r\nX-Hop: 1\r\n',
      ),
    )
    const headers = await asked.next()
    expect(headers).toMatchObject({
      ':method': 'GET',
      ':scheme': 'http',
      ':path': '/a?b',
      ':authority': 'a.example',
      te: 'trailers',
    })
    expect(headers).toMatchObject({ 'x-field': 'one, two', cookie: 'a=1' })
    for (const name of ['host', 'connection', 'x-hop']) expect(headers).not.toHaveProperty(name)
  })

  test.each([
    ['a length', { 'content-length': '5' }, 'hello', 'content-length: 5\r\n\r\nhello'],
    ['no length', {}, 'hello', 'transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'],
    ['no body', {}, '', 'content-length: 0\r\n\r\n'],
  ])('answers with %s', async (_, fields, body, expected) => {
    const { port } = await serve((stream) => {
      stream.respond({ ':status': 200, ...fields }, { endStream: body === '' })
      if (body !== '') stream.end(body)
    })
    const { open } = await through(port)
    expect(await open().send(get()).receive(expected)).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  })

  test.each([
    ['HEAD', 200, { 'content-length': '1000' }, 'content-length: 1000\r\n\r\n'],
    ['GET', 204, {}, '\r\n\r\n'],
    ['GET', 304, { etag: '"1"' }, 'etag: "1"'],
  ])('answers %s with %i without a body, and the stream goes on', async (method, status, fields, expected) => {
    const { port } = await serve((stream) => stream.respond({ ':status': status, ...fields }, { endStream: true }))
    const stream = (await through(port)).open()
    for (let turn = 1; turn <= 2; turn++) {
      stream.send(get().replace('GET', method))
      await stream.receive(new RegExp(`(HTTP/1.1 ${status} [^]*\r\n\r\n){${turn}}$`))
    }
    expect(stream.text).toContain(expected)
    expect(stream.text).not.toContain('chunked')
  })

  test('has trailers both ways', async () => {
    const { port } = await serve((stream) => {
      let sum = ''
      stream.on('trailers', (trailers: IncomingHttpHeaders) => {
        sum = String(trailers['x-sum'])
      })
      stream.resume()
      stream.on('end', () => {
        stream.respond({ ':status': 200 }, { waitForTrailers: true })
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'x-sum': sum }))
        stream.end('done')
      })
    })
    const { open } = await through(port)
    const request = post(
      'TE: trailers\r\nConnection: TE\r\nTransfer-Encoding: chunked\r\n',
      '2\r\nup\r\n0\r\nX-Sum: 42\r\n\r\n',
    )
    expect(
      await open()
        .send(request)
        .receive(/0\r\ngrpc-status: 0\r\nx-sum: 42\r\n\r\n$/),
    ).toContain('4\r\ndone\r\n')
  })

  test('may send trailers behind a body of a length to who asked for them', async () => {
    const { port } = await serve((stream) => {
      stream.respond({ ':status': 200, 'content-length': '4' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      stream.end('done')
    })
    const { open } = await through(port)
    await open()
      .send(get('/', 'TE: trailers\r\nConnection: TE\r\n'))
      .receive('4\r\ndone\r\n0\r\ngrpc-status: 0\r\n\r\n')
  })

  test('may give interim answers', async () => {
    const { port } = await serve((stream) => {
      stream.additionalHeaders({ ':status': 103, link: '</a.css>' })
      stream.respond({ ':status': 200 }, { endStream: true })
    })
    const { open } = await through(port)
    const text = await open().send(get()).receive('content-length: 0')
    expect(text).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nlink: <\/a\.css>\r\n\r\nHTTP\/1\.1 200 OK\r\n/)
  })

  test('answers while it is still being asked', async () => {
    const { port } = await serve((stream) => {
      stream.respond({ ':status': 200 })
      stream.on('data', (chunk: Buffer) => stream.write(chunk.toString().toUpperCase()))
      stream.on('end', () => stream.end())
    })
    const stream = (await through(port)).open()
    stream.send(post('Transfer-Encoding: chunked\r\n', ''))
    await stream.receive('\r\n\r\n')
    for (const word of ['one', 'two', 'three']) {
      const size = word.length
      stream.send(`${size}\r\n${word}\r\n`)
      await stream.receive(`${size}\r\n${word.toUpperCase()}\r\n`)
    }
    stream.send('0\r\n\r\n')
    await stream.receive('0\r\n\r\n')
  })

  test('takes bodies that are larger than any window, and answers with them', async () => {
    const { port } = await serve((stream) => {
      stream.respond({ ':status': 200, 'content-length': 3_000_000 })
      stream.pipe(stream)
    })
    const body = 'tunnel '.repeat(3_000_000).slice(0, 3_000_000)
    const stream = (await through(port)).open().send(post('Content-Length: 3000000\r\n', body))
    await stream.receive('\r\n\r\n')
    await stream.receive((text) => text.length >= body.length + text.indexOf('\r\n\r\n') + 4)
    expect(stream.text.endsWith(body)).toBe(true)
  })

  test('has one connection for many streams, and several requests on each', async () => {
    const service = await serve((stream, headers) => {
      stream.respond({ ':status': 200 })
      stream.end(String(headers[':path']))
    })
    const { open } = await through(service.port)
    const streams = Array.from({ length: 50 }, () => open())
    await Promise.all(
      streams.map(async (stream, index) => {
        for (let turn = 0; turn < 3; turn++)
          await stream.send(get(`/${index}-${turn}`)).receive(`/${index}-${turn}\r\n0\r\n\r\n`)
      }),
    )
    expect(service.sessions.length).toBe(1)
  })

  test('is told when the edge breaks a request off', async () => {
    const service = await serve((stream) => stream.respond({ ':status': 200 }))
    const stream = (await through(service.port)).open().send(get())
    await stream.receive('\r\n\r\n')
    stream.stream.destroy()
    expect(await service.resets.next()).toBe(NGHTTP2_CANCEL)
  })

  test('never takes an upload that was broken off for a whole one', async () => {
    const endings = new Queue<string>()
    const { port } = await serve((stream) => {
      stream.on('aborted', () => endings.push('aborted'))
      stream.on('end', () => endings.push('end'))
      stream.on('close', () => endings.push('close'))
      stream.on('data', () => stream.respond({ ':status': 200 }))
    })
    const stream = (await through(port)).open().send(post('Transfer-Encoding: chunked\r\n', '4\r\nhalf\r\n'))
    await stream.receive('\r\n\r\n')
    stream.stream.destroy()
    expect(await endings.next()).toBe('aborted')
  })

  test('that gives a request up before it answers leaves it unanswered', async () => {
    const { port } = await serve((stream) => stream.close(NGHTTP2_INTERNAL_ERROR))
    expect(await (await through(port)).open().send(get()).end()).toBe('')
  })

  test('that gives a request up in its answer has the stream reset', async () => {
    const answering = new Queue<ServerHttp2Stream>()
    const { port } = await serve((stream) => {
      stream.respond({ ':status': 200 })
      stream.write('half')
      answering.push(stream)
    })
    const stream = (await through(port)).open().send(get())
    await stream.receive('half')
    // By `close()` node:http2 would end the body first, and so for good.
    ;(await answering.next()).destroy(new Error('broken'))
    await stream.closed
    expect(stream.isEnded).toBe(false)
  })

  test('that vanishes in its answer has the stream reset', async () => {
    const { port, server } = await serve((stream) => {
      stream.respond({ ':status': 200 })
      stream.write('half')
    })
    const connections = new Queue<Socket>()
    server.on('connection', (socket: Socket) => connections.push(socket))
    const stream = (await through(port)).open().send(get())
    await stream.receive('half')
    ;(await connections.next()).resetAndDestroy()
    await stream.closed
    expect(stream.isEnded).toBe(false)
  })

  test('that refuses a request unseen is asked once more', async () => {
    let asked = 0
    const { port } = await serve((stream) => {
      if (asked++ === 0) stream.close(NGHTTP2_REFUSED_STREAM)
      else stream.respond({ ':status': 200 }, { endStream: true })
    })
    await (await through(port)).open().send(get()).receive('HTTP/1.1 200 OK')
    expect(asked).toBe(2)
  })

  test('that says goodbye is connected to again', async () => {
    const service = await serve((stream) => stream.respond({ ':status': 200 }, { endStream: true }))
    const stream = (await through(service.port)).open().send(get())
    await stream.receive('content-length: 0\r\n\r\n')
    const gone = once(service.sessions[0] as ServerHttp2Session, 'close')
    service.sessions[0]?.close()
    await gone
    await stream.send(get()).receive(/(HTTP\/1\.1 200 OK.*){2}/s)
    expect(service.sessions.length).toBe(2)
  })

  test('that speaks HTTP/1.1 leaves the request unanswered', async () => {
    const port = await startTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'))
    const stream = (await through(port)).open().send(get())
    expect(await stream.end()).toBe('')
    expect(stream.refused).toBeUndefined()
  })

  test('that is not there is a refusal that says why', async () => {
    const port = await freePort()
    const stream = (await through(port)).open().send(post('Content-Length: 5\r\n', 'hello'))
    await stream.end()
    expect(stream.refused).toMatchObject({ code: 'ERR_TUNNEL_8012', message: `connection refused (127.0.0.1:${port})` })
  })

  test('over TLS is found by ALPN', async () => {
    const { cert, key } = createLeaf(trustedCa as NonNullable<typeof trustedCa>)
    const { port } = await serve((stream, headers) => {
      stream.respond({ ':status': 200, 'x-scheme': headers[':scheme'] }, { endStream: true })
    }, createSecureServer({ cert, key }))
    const { open } = await through(port, { addr: `https://localhost:${port}`, verify_upstream_tls: false })
    await open().send(get()).receive('x-scheme: https')
  })

  test('over TLS that speaks only HTTP/1.1 is a refusal that says so', async () => {
    const { cert, key } = createLeaf(trustedCa as NonNullable<typeof trustedCa>)
    const { createServer } = await import('node:tls')
    const port = await listening(
      createServer({ cert, key, ALPNProtocols: ['http/1.1'] }, (socket) => socket.on('error', () => {})),
    )
    const { open } = await through(port, { addr: `https://localhost:${port}`, verify_upstream_tls: false })
    const stream = open().send(get())
    await stream.end()
    expect(stream.refused).toMatchObject({ message: 'it does not speak HTTP/2 over TLS (ALPN gave http/1.1)' })
  })

  test('that wants a PROXY protocol header gets a connection for each visitor', async () => {
    const preambles = new Queue<string>()
    const port = await startTcpServer((socket: Socket) => {
      socket.once('data', (chunk: Buffer) => preambles.push(chunk.toString('latin1')))
    })
    const { open } = await through(port, { proxy_proto: 1 })
    open().send(get())
    open().send(get())
    for (let count = 0; count < 2; count++) expect(await preambles.next()).toMatch(/^PROXY TCP4 203\.0\.113\.7 /)
  })

  test('has no connection left when the endpoint is gone', async () => {
    const service = await serve((stream) => stream.respond({ ':status': 200 }, { endStream: true }))
    const { open, close } = await through(service.port)
    await open().send(get()).receive('HTTP/1.1 200 OK')
    const gone = once(service.sessions[0] as ServerHttp2Session, 'close')
    await close()
    await gone
  })
})
