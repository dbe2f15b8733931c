import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { constants } from 'node:http2'
import { describe, expect, test } from 'vitest'
import { http2Request, openHttp2, readHttp2Answer } from './harness/http2-client.ts'
import { DOMAIN, EDGE_HOST } from './harness/identity.ts'
import { openTls } from './harness/raw-connection.ts'
import {
  END_HEADERS,
  END_STREAM,
  FRAME,
  type Frame,
  frame,
  framesOf,
  headerBlock,
  openRawHttp2,
  rawHttp2Request,
  requestBlock,
  statusIn,
} from './harness/raw-http2.ts'
import { startTestEdge } from './harness/test-edge.ts'
import { until, untilStill, within } from './harness/until.ts'
import { startCannedUpstream, startRawUpstream, startUpstream } from './harness/upstream.ts'
import { writeEndlessly } from './harness/write-endlessly.ts'

test('is chosen by ALPN before HTTP/1.1', async () => {
  const tunnel = await startTestEdge()
  const serverName = `any.${DOMAIN}`
  const both = await openTls({ port: tunnel.httpsPort, serverName, protocols: ['http/1.1', 'h2'] })
  const old = await openTls({ port: tunnel.httpsPort, serverName, protocols: ['http/1.1'] })
  const none = await openTls({ port: tunnel.httpsPort, serverName, protocols: [] })
  expect([both, old, none].map(({ socket }) => socket.alpnProtocol)).toEqual(['h2', 'http/1.1', false])
})

test('a request reaches the upstream as HTTP/1.1 with all it said', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((incoming, response) => {
    response.end(JSON.stringify({ version: incoming.httpVersion, url: incoming.url, headers: incoming.headers }))
  })
  const url = (await tunnel.forward(upstream)).url()
  const session = await openHttp2(url)

  const answer = await http2Request(session, { ':path': '/path?query', 'x-field': 'value', cookie: ['a=1', 'b=2'] })
  expect(answer.status).toBe(200)
  expect(JSON.parse(answer.text)).toMatchObject({
    version: '1.1',
    url: '/path?query',
    headers: { host: new URL(url).host, 'x-field': 'value', cookie: 'a=1; b=2', 'x-forwarded-proto': 'https' },
  })
})

test.each([
  ['with a length', true],
  ['without one', false],
])('a body %s arrives whole, and is answered', async (_, withLength) => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((incoming, response) => {
    const hash = createHash('sha256')
    incoming.on('data', (chunk: Buffer) => hash.update(chunk))
    incoming.on('end', () => response.end(hash.digest('hex')))
  })
  const session = await openHttp2((await tunnel.forward(upstream)).url())
  const body = randomBytes(3_000_000)

  const headers = { ':method': 'POST', ...(withLength && { 'content-length': body.length }) }
  const answer = await http2Request(session, headers, body)
  expect(answer.text).toBe(createHash('sha256').update(body).digest('hex'))
})

test('trailers travel both ways', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((incoming, response) => {
    incoming.resume()
    incoming.on('end', () => {
      response.writeHead(200, { trailer: 'grpc-status' })
      response.write('body')
      response.addTrailers({ 'grpc-status': `0 after ${incoming.trailers['x-sum']}` })
      response.end()
    })
  })
  const session = await openHttp2((await tunnel.forward(upstream)).url())

  const stream = session.request({ ':method': 'POST', te: 'trailers' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '42' }))
  stream.end('up')
  expect(await readHttp2Answer(stream)).toMatchObject({
    status: 200,
    text: 'body',
    trailers: { 'grpc-status': '0 after 42' },
  })
})

test('HEAD, 204 and 304 end with their head', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((incoming, response) => {
    if (incoming.url === '/204') response.writeHead(204).end()
    else if (incoming.url === '/304') response.writeHead(304, { etag: '"1"' }).end()
    else response.writeHead(200, { 'content-length': '1000' }).end()
  })
  const session = await openHttp2((await tunnel.forward(upstream)).url())

  const head = await http2Request(session, { ':method': 'HEAD' })
  expect(head).toMatchObject({ status: 200, text: '', headers: { 'content-length': '1000' } })
  expect(await http2Request(session, { ':path': '/204' })).toMatchObject({ status: 204, text: '' })
  expect(await http2Request(session, { ':path': '/304' })).toMatchObject({ status: 304, headers: { etag: '"1"' } })
})

test('two hundred streams at once get their own answers', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((incoming, response) => {
    incoming.pipe(response)
  })
  const session = await openHttp2((await tunnel.forward(upstream)).url())
  const bodies = Array.from({ length: 200 }, (_, index) => `stream ${index} `.repeat(1 + index * 5))
  const answers = await Promise.all(bodies.map((body) => http2Request(session, { ':method': 'POST' }, body)))
  expect(answers.map(({ text }) => text)).toEqual(bodies)
})

test('a slow stream does not hold the others back', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((incoming, response) => {
    if (incoming.url === '/endless') writeEndlessly(response)
    else response.end('quick')
  })
  const session = await openHttp2((await tunnel.forward(upstream)).url())

  const slow = session.request({ ':path': '/endless' })
  slow.on('error', () => {})
  await once(slow, 'response')
  for (let count = 0; count < 5; count++) expect(await http2Request(session, {})).toMatchObject({ text: 'quick' })
  slow.close(constants.NGHTTP2_CANCEL)
  await until(() => upstream.openConnections === 1, 'the upstream connection of the slow stream to close')
})

test('nobody at home is a 404 with its code, and the connection goes on', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((_incoming, response) => response.end('here'))
  const url = (await tunnel.forward(upstream)).url()
  const session = await openHttp2(url)

  const nobody = await http2Request(session, { ':authority': `nobody.${DOMAIN}` }, 'a body that nobody reads')
  expect(nobody).toMatchObject({ status: 404, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3200' } })
  expect(await http2Request(session, {})).toMatchObject({ text: 'here' })
})

test('the edge itself is not served on a connection to an endpoint', async () => {
  const tunnel = await startTestEdge()
  const session = await openHttp2(tunnel.url('any'))
  expect(await http2Request(session, { ':authority': EDGE_HOST })).toMatchObject({ status: 421 })
})

describe('an upstream', () => {
  test.each([
    'Content-Type: text/plain\r\nContent-Type: text/html',
    'X-Content-Type-Options: nosniff\r\nX-Content-Type-Options: nosniff',
    'Location: /a\r\nLocation: /b',
    'ETag: "1"\r\nETag: "2"',
    'Upgrade: h2c\r\nConnection: Upgrade, X-Hop\r\nX-Hop: 1',
    'Keep-Alive: timeout=5\r\nProxy-Connection: close\r\nTE: gzip\r\nHTTP2-Settings: AAMAAABk',
    '__proto__: 1\r\nconstructor: 2\r\ntoString: 3',
  ])('that answers with %j is answered for', async (fields) => {
    const tunnel = await startTestEdge()
    const upstream = await startCannedUpstream(`HTTP/1.1 200 OK\r\n${fields}\r\nContent-Length: 2\r\n\r\nok`)
    const session = await openHttp2((await tunnel.forward(upstream)).url())
    const answer = await http2Request(session, {})
    expect(answer).toMatchObject({ status: 200, text: 'ok' })
    expect(answer.headers).not.toHaveProperty('x-hop')
    expect(answer.headers).not.toHaveProperty('connection')
  })

  test('that has much to say in its head is heard', async () => {
    const tunnel = await startTestEdge()
    const fields = Array.from({ length: 10 }, (_, index) => `X-Field-${index}: ${'x'.repeat(10_000)}\r\n`).join('')
    const upstream = await startCannedUpstream(`HTTP/1.1 200 OK\r\n${fields}Content-Length: 2\r\n\r\nok`)
    const session = await openHttp2((await tunnel.forward(upstream)).url())
    const answer = await http2Request(session, {})
    expect(answer).toMatchObject({ status: 200, text: 'ok' })
    expect(answer.headers['x-field-9']).toHaveLength(10_000)
  })

  test('that repeats Set-Cookie has each one passed on', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startCannedUpstream(
      'HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nVary: x\r\nVary: y\r\nContent-Length: 0\r\n\r\n',
    )
    const session = await openHttp2((await tunnel.forward(upstream)).url())
    const { headers } = await http2Request(session, {})
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2'])
    expect(headers.vary).toBe('x, y')
  })

  test.each([
    ['of a length', 'Content-Length: 10\r\n\r\nfive!'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n5\r\nfive!\r\n'],
  ])('that breaks off a body %s has only that stream reset', async (_, answer) => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream((connection) => {
      void connection.receive('\r\n\r\n').then((head) => {
        if (head.startsWith('GET /broken')) connection.finish(`HTTP/1.1 200 OK\r\n${answer}`)
        else connection.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole')
      })
    })
    const session = await openHttp2((await tunnel.forward(upstream)).url())
    await expect(http2Request(session, { ':path': '/broken' })).rejects.toThrow(/Stream closed with error/)
    expect(await http2Request(session, { ':path': '/whole' })).toMatchObject({ text: 'whole' })
  })

  test('that breaks off an answer after a pause is not taken for one that has ended', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream((connection) => {
      void connection.receive('\r\n\r\n').then(() => connection.send('HTTP/1.1 200 OK\r\n\r\nuntil the end'))
    })
    const session = await openHttp2((await tunnel.forward(upstream)).url())
    const stream = session.request({})
    const answer = readHttp2Answer(stream)
    await once(stream, 'data')
    upstream.connections[0]?.reset()
    await expect(answer).rejects.toThrow('NGHTTP2_INTERNAL_ERROR')
  })

  test('that answers before it has read the request is heard, and the visitor is told to stop', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream((connection) => {
      void connection
        .receive('\r\n\r\n')
        .then(() => connection.send('HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nstop!'))
    })
    const session = await openHttp2((await tunnel.forward(upstream)).url())
    const stream = session.request({ ':method': 'POST' }, { endStream: false })
    stream.write('the first of many')
    expect(await readHttp2Answer(stream)).toMatchObject({ status: 413, text: 'stop!' })
    await within(upstream.connections[0]!.ended, 'the upstream connection to end')
  })
})

describe('a visitor', () => {
  test('that gives a stream up has it given up at the upstream', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((_incoming, response) => {
      response.write('begun')
    })
    const session = await openHttp2((await tunnel.forward(upstream)).url())
    const stream = session.request({})
    stream.on('error', () => {})
    await once(stream, 'data')
    stream.close(constants.NGHTTP2_CANCEL)
    await until(() => upstream.openConnections === 0, 'the upstream connection to close')
    expect(session.closed).toBe(false)
  })

  test('that gives up an upload which the upstream does not read leaves nothing behind', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startRawUpstream((connection) => {
      connection.socket.pause()
    })
    const session = await openHttp2((await tunnel.forward(upstream)).url())
    const stream = session.request({ ':method': 'POST' }, { endStream: false })
    stream.on('error', () => {})
    // Far more than all buffers on the way hold.
    for (let count = 0; count < 400; count++) stream.write(Buffer.alloc(65_536))
    await until(() => upstream.connections.length === 1, 'the upstream to be connected')
    await untilStill(() => session.socket.bytesWritten)
    stream.close(constants.NGHTTP2_CANCEL)
    await within(once(stream, 'close'), 'the stream to close')

    // The answer comes to nobody; the edge must survive it.
    const connection = upstream.connections[0]!.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    connection.socket.resume()
    await within(connection.ended, 'the upstream connection to end')
    expect(session.destroyed).toBe(false)
  })

  test('that leaves with all its streams leaves nothing behind', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((_incoming, response) => {
      response.write('begun')
    })
    const session = await openHttp2((await tunnel.forward(upstream)).url())
    const streams = Array.from({ length: 10 }, () => session.request({}).on('error', () => {}))
    await Promise.all(streams.map((stream) => once(stream, 'data')))
    session.destroy()
    await until(() => upstream.openConnections === 0, 'the upstream connections to close')
  })

  test('whose body is longer than it announced is cut off, and the upstream sees no second request', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((incoming, response) => {
      incoming.on('end', () => response.end('whole')).resume()
    })
    const session = await openHttp2((await tunnel.forward(upstream)).url())
    const smuggled = 'aaaaGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'
    await expect(http2Request(session, { ':method': 'POST', 'content-length': 4 }, smuggled)).rejects.toThrow()
    expect(upstream.requests.filter((line) => line.includes('smuggled'))).toEqual([])
  })

  // nghttp2 drops such fields before anybody sees them.
  test.each([
    ['transfer-encoding', 'chunked'],
    ['connection', 'keep-alive'],
    ['upgrade', 'h2c'],
    ['keep-alive', 'timeout=5'],
    ['proxy-connection', 'close'],
    ['te', 'gzip'],
    ['X-Upper', 'case'],
    ['content-length', '5'],
    ['content-length', '-0'],
    ['host', 'other.example'],
    [':path', '/a b'],
    [':path', 'no-slash'],
    [':path', '/a\r\nsmuggled: 1'],
    [':path', ''],
    [':method', 'GET /smuggled HTTP/1.1\r\nX: '],
    [':method', 'CONNECT'],
    [':authority', 'user@host'],
    [':authority', ''],
    [':scheme', 'ftp:'],
    [':protocol', 'websocket'],
    [':status', '200'],
    ['x field', 'space'],
    ['x-field', 'a\r\nsmuggled: 1'],
    ['x-field', 'a\0b'],
  ])('that sends %s: %j never reaches an upstream', async (name, value) => {
    const tunnel = await startTestEdge()
    const upstream = await startUpstream((_incoming, response) => response.end('reached'))
    const url = (await tunnel.forward(upstream)).url()
    const fields = new Map([
      [':method', 'GET'],
      [':scheme', 'https'],
      [':path', '/'],
      [':authority', new URL(url).host],
    ])
    expect(await rawHttp2Request(url, [...fields])).toBe(200)

    expect(await rawHttp2Request(url, [...fields.set(name, value)])).not.toBe(200)
    expect(upstream.requests).toEqual(['GET /'])
  })

  test('that sends a malformed head is told what is wrong before its stream ends in an error, and is served on', async () => {
    const tunnel = await startTestEdge()
    const url = (await tunnel.forward(await startUpstream((_incoming, response) => response.end('reached')))).url()
    const connection = await openRawHttp2(url)
    const malformed = Buffer.concat([requestBlock(url), headerBlock([['x', 'a\r\nb: c']])])
    connection.send(frame(FRAME.headers, END_STREAM | END_HEADERS, 1, malformed))
    const ofStream = (id: number): Frame[] => [...framesOf(connection)].filter(({ stream }) => stream === id)
    await until(() => ofStream(1).some(({ type }) => type === FRAME.rstStream), 'the end of the stream')
    const [head, data, reset, ...more] = ofStream(1)
    expect([head?.type, statusIn(head?.payload ?? Buffer.alloc(0))]).toEqual([FRAME.headers, 400])
    expect([data?.type, data?.flags]).toEqual([FRAME.data, 0])
    expect(`${data?.payload}`).toMatch(/^Bad Request\.\ncontrol or wide character/)
    expect(reset?.payload.readUInt32BE()).toBe(constants.NGHTTP2_PROTOCOL_ERROR)
    expect(more).toEqual([])

    connection.send(frame(FRAME.headers, END_STREAM | END_HEADERS, 3, requestBlock(url)))
    await until(() => ofStream(3).some(({ flags }) => flags & END_STREAM), 'the next answer')
    expect(statusIn(ofStream(3)[0]?.payload ?? Buffer.alloc(0))).toBe(200)
    connection.socket.destroy()
  })
})
