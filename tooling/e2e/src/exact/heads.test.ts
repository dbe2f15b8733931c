import '../harness/dangling.ts'
import { describe, expect, test } from 'vitest'
import { http2Request, openHttp2 } from '../harness/http2-client.ts'
import { responsesIn } from '../harness/responses.ts'
import { linesOf, startRawPair } from './raw-pair.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
const CLOSE = 'Connection: close\r\n'

describe('the target', () => {
  test.each([
    '/',
    '//',
    '/a//b/../c/./d',
    '/%2e%2E/%2f%zz%',
    '/~user;v=1/a,b!$&()*+:=@',
    '/a?',
    '/a??b=c&&=;x=%20+[]{}|^"<>`\\',
    `/${'long'.repeat(2000)}`,
  ])('%s arrives byte by byte', async (target) => {
    const pair = await startRawPair(OK)
    await pair.ask(`GET ${target} HTTP/1.1\r\nHost: HOST\r\n${CLOSE}\r\n`)
    expect(linesOf(await pair.asked())[0]).toBe(`GET ${target} HTTP/1.1`)
  })

  test.each([
    ['GET http://HOST/a?b HTTP/1.1', 'GET /a?b HTTP/1.1'],
    ['GET http://HOST HTTP/1.1', 'GET / HTTP/1.1'],
    ['GET http://HOST?b HTTP/1.1', 'GET /?b HTTP/1.1'],
    ['OPTIONS * HTTP/1.1', 'OPTIONS * HTTP/1.1'],
    ['OPTIONS http://HOST HTTP/1.1', 'OPTIONS * HTTP/1.1'],
    ['M-SEARCH /x HTTP/1.1', 'M-SEARCH /x HTTP/1.1'],
  ])('of %s arrives as %s', async (line, expected) => {
    const pair = await startRawPair(OK)
    await pair.ask(`${line}\r\nHost: HOST\r\n${CLOSE}\r\n`)
    expect(linesOf(await pair.asked())[0]).toBe(expected)
  })
})

const FIELDS = [
  'x-B: 1',
  'X-a: 2',
  'X-B: 3',
  'x-a: inner  spaces\tand "quotes", commas',
  'X-Empty: ',
  'X-Latin: caf\xe9',
  'Cookie: a=1; b=2',
  'Via: 1.1 somewhere',
]

describe('fields that are nobody else’s', () => {
  test('arrive at the upstream with their order, case and repetitions', async () => {
    const pair = await startRawPair(OK)
    await pair.ask(`GET / HTTP/1.1\r\nhOST: ${pair.host}\r\n${FIELDS.join('\r\n')}\r\n${CLOSE}\r\n`)
    const [, host, ...lines] = linesOf(await pair.asked())
    expect(host).toBe(`hOST: ${pair.host}`)
    expect(lines.slice(0, FIELDS.length)).toEqual(FIELDS)
  })

  test('arrive at the visitor with their order, case and repetitions, and nothing but framing is added', async () => {
    const pair = await startRawPair(
      `HTTP/1.1 200 OK\r\n${FIELDS.join('\r\n')}\r\nDate: today\r\nServer: me\r\n\r\n`,
      {},
    )
    const visitor = await pair.visit()
    visitor.send(`GET / HTTP/1.1\r\nHost: ${pair.host}\r\n\r\n`)
    const head = await visitor.receive('\r\n\r\n')
    expect(linesOf(head)).toEqual([
      'HTTP/1.1 200 OK',
      ...FIELDS,
      'Date: today',
      'Server: me',
      'Transfer-Encoding: chunked',
    ])
  })

  test('keep the space around a value to themselves', async () => {
    const pair = await startRawPair(OK)
    await pair.ask(`GET / HTTP/1.1\r\nHost: HOST\r\nX-Padded:\t  a b \t\r\n${CLOSE}\r\n`)
    expect(linesOf(await pair.asked())).toContain('X-Padded: a b')
  })
})

describe('W3C trace context, and whatever else the edge does not know,', () => {
  const trace: [string, string][] = [
    ['traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
    ['tracestate', 'congo=t61rcWkgMzE, rojo=00f067aa0ba902b7'],
    ['baggage', 'userId=alice;prop=1,serverNode=DF%2028'],
    ['b3', '0-1'],
    ['x-made-up', 'yes'],
  ]
  const asLines = trace.map(([name, value]) => `${name}: ${value}`)

  test('passes untouched over HTTP/1.1, both ways', async () => {
    const pair = await startRawPair(`HTTP/1.1 200 OK\r\n${asLines.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`)
    const answer = await pair.ask(`GET / HTTP/1.1\r\nHost: HOST\r\n${asLines.join('\r\n')}\r\n${CLOSE}\r\n`)
    expect(linesOf(await pair.asked())).toEqual(expect.arrayContaining(asLines))
    expect(linesOf(answer)).toEqual(expect.arrayContaining(asLines))
  })

  test('passes untouched over HTTP/2, both ways', async () => {
    const pair = await startRawPair(`HTTP/1.1 200 OK\r\n${asLines.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`, {
      config: {},
    })
    const { headers } = await http2Request(await openHttp2(pair.url), Object.fromEntries(trace))
    expect(linesOf(await pair.asked())).toEqual(expect.arrayContaining(asLines))
    expect(headers).toMatchObject(Object.fromEntries(trace))
  })
})

describe('X-Forwarded-*', () => {
  test('tell an upstream what the visitor did not', async () => {
    const pair = await startRawPair(OK)
    await pair.ask(`GET / HTTP/1.1\r\nHost: HOST\r\n${CLOSE}\r\n`)
    expect(linesOf(await pair.asked())).toEqual([
      'GET / HTTP/1.1',
      `Host: ${pair.host}`,
      'X-Forwarded-For: 127.0.0.1',
      'X-Forwarded-Proto: http',
      `X-Forwarded-Host: ${pair.host}`,
    ])
  })

  test('end with the edge’s word, on one line each; a Host of the visitor’s stays', async () => {
    const pair = await startRawPair(OK)
    const given = [
      'x-forwarded-for: 1.1.1.1',
      'X-Forwarded-Proto: gopher',
      'X-FORWARDED-FOR: 2.2.2.2',
      'X-Forwarded-Host: other',
    ]
    await pair.ask(`GET / HTTP/1.1\r\nHost: HOST\r\n${given.join('\r\n')}\r\nX_Forwarded_For: 6.6.6.6\r\n${CLOSE}\r\n`)
    const lines = linesOf(await pair.asked()).filter((line) => /^x.forwarded/i.test(line))
    expect(lines).toEqual([
      'x-forwarded-for: 1.1.1.1, 2.2.2.2, 127.0.0.1',
      'X-Forwarded-Proto: gopher, http',
      'X-Forwarded-Host: other',
    ])
  })

  test('cannot be taken out by naming them in Connection', async () => {
    const pair = await startRawPair(OK)
    await pair.ask(
      'GET / HTTP/1.1\r\nHost: HOST\r\nX-Forwarded-For: 1.1.1.1\r\nConnection: close, X-Forwarded-For\r\n\r\n',
    )
    expect(linesOf(await pair.asked())).toContain('X-Forwarded-For: 127.0.0.1')
  })
})

describe('fields of one connection', () => {
  const HOP = [
    'Keep-Alive: timeout=9',
    'Proxy-Authenticate: Basic',
    'Proxy-Authorization: Basic x',
    'Proxy-Connection: keep-alive',
    'HTTP2-Settings: AAA',
    'X-Named: 1',
    'x-also-named: 2',
  ]

  test('end at the edge on the way to the upstream; TE has only trailers left', async () => {
    const pair = await startRawPair(OK)
    const options = 'Connection: close, X-NAMED , ,x-Also-Named, TE\r\nTE: gzip;q=1, trailers\r\nUpgrade: h2c\r\n'
    await pair.ask(`GET / HTTP/1.1\r\nHost: HOST\r\n${HOP.join('\r\n')}\r\n${options}X-Kept: 1\r\n\r\n`)
    const lines = linesOf(await pair.asked()).filter((line) => !/^(?:GET|Host|X-Forwarded)/.test(line))
    expect(lines).toEqual(['X-Kept: 1', 'TE: trailers', 'Connection: TE'])
  })

  test('end at the edge on the way to the visitor', async () => {
    const named = 'Connection: keep-alive, X-Named, x-also-named\r\nTE: trailers\r\nUpgrade: h2c\r\nTrailer: x\r\n'
    const pair = await startRawPair(
      `HTTP/1.1 200 OK\r\n${HOP.join('\r\n')}\r\n${named}X-Kept: 1\r\nContent-Length: 0\r\n\r\n`,
    )
    const answer = await pair.ask(`GET / HTTP/1.1\r\nHost: HOST\r\n${CLOSE}\r\n`)
    expect(linesOf(answer)).toEqual(['HTTP/1.1 200 OK', 'X-Kept: 1', 'Content-Length: 0', 'Connection: close'])
  })
})

describe('the status line', () => {
  test.each([
    ['HTTP/1.1 200 ', 'HTTP/1.1 200 '],
    ['HTTP/1.1 200 Fine by me', 'HTTP/1.1 200 Fine by me'],
    ['HTTP/1.0 200 OK', 'HTTP/1.1 200 OK'],
    ['HTTP/1.1 599 Made up', 'HTTP/1.1 599 Made up'],
  ])('%j arrives as %j', async (line, expected) => {
    const pair = await startRawPair((connection) => {
      void connection.receive('\r\n\r\n').then(() => connection.finish(`${line}\r\nContent-Length: 2\r\n\r\nok`))
    })
    const answer = await pair.ask(`GET / HTTP/1.1\r\nHost: HOST\r\n${CLOSE}\r\n`)
    expect(linesOf(answer)[0]).toBe(expected)
    expect(responsesIn(answer)[0]?.body).toBe('ok')
  })
})

describe('a head of as many bytes as there may be passes, and one more does not:', () => {
  const LIMIT = 3000
  const padded = (head: string, bytes: number): string => head.replace('PAD', 'x'.repeat(bytes - head.length + 3))

  test.each([
    [LIMIT, 200],
    [LIMIT + 1, 431],
  ])('a request of %i bytes is answered %i', async (bytes, status) => {
    const pair = await startRawPair(OK, { limits: { maxHeadBytes: LIMIT } })
    const head = `GET / HTTP/1.1\r\nHost: ${pair.host}\r\n${CLOSE}X: PAD\r\n\r\n`
    expect(responsesIn(await pair.ask(padded(head, bytes)))[0]?.status).toBe(status)
  })

  test.each([
    [LIMIT, 200],
    [LIMIT + 1, 502],
  ])('a response of %i bytes becomes a %i', async (bytes, status) => {
    const answer = padded('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: PAD\r\n\r\n', bytes)
    const pair = await startRawPair(answer, { limits: { maxHeadBytes: LIMIT } })
    expect(responsesIn(await pair.ask(`GET / HTTP/1.1\r\nHost: HOST\r\n${CLOSE}\r\n`))[0]?.status).toBe(status)
  })
})
