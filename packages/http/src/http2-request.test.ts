import { connect, createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { createDuplexPair } from '@tunnel/testkit'
import { describe, expect, test } from 'vitest'
import { forwardRequestHead, type HttpErrorCode, requestHeadFromHttp2, trailersFromHttp2 } from './index.ts'

const pseudo = [':method', 'GET', ':scheme', 'https', ':authority', 'a.example', ':path', '/x?y']

function headOf(fields: string[], endStream = true, base = pseudo) {
  return requestHeadFromHttp2([...base, ...fields], endStream)
}

function withPseudo(name: string, value: string): string[] {
  return pseudo.map((item, index) => (pseudo[index - 1] === name ? value : item))
}

describe('requestHeadFromHttp2', () => {
  test('makes a request without a body', () => {
    expect(headOf(['accept', '*/*', 'te', 'trailers'])).toEqual({
      method: 'GET',
      target: '/x?y',
      minorVersion: 1,
      headers: ['host', 'a.example', 'accept', '*/*', 'te', 'trailers'],
      host: 'a.example',
      framing: 'none',
      contentLength: 0,
      keepAlive: true,
      upgrade: undefined,
      expectContinue: false,
    })
  })

  test.each([
    [[], false, { framing: 'chunked', contentLength: 0 }],
    [['content-length', '5'], false, { framing: 'length', contentLength: 5 }],
    [['content-length', '0'], true, { framing: 'length', contentLength: 0 }],
    [[], true, { framing: 'none' }],
  ])('frames %j, stream ended %s, as %j', (fields, endStream, framing) => {
    expect(headOf(fields, endStream)).toMatchObject(framing)
  })

  test('joins cookie crumbs', () => {
    expect(headOf(['cookie', 'a=1', 'x', 'y', 'cookie', 'b=2; c=3']).headers.slice(2)).toEqual([
      'x',
      'y',
      'cookie',
      'a=1; b=2; c=3',
    ])
  })

  test('takes host where there is no authority, and in its place where both agree', () => {
    const without = [':method', 'GET', ':scheme', 'https', ':path', '/']
    expect(headOf(['x', 'y', 'host', 'B.example'], true, without)).toMatchObject({
      host: 'B.example',
      headers: ['x', 'y', 'host', 'B.example'],
    })
    expect(headOf(['host', 'A.example'])).toMatchObject({ host: 'a.example', headers: ['host', 'A.example'] })
  })

  test('reads what node:http2 gives, and is forwarded as HTTP/1.1', async () => {
    const server = createServer()
    const head = new Promise<ReturnType<typeof requestHeadFromHttp2>>((resolve, reject) => {
      const onStream = (
        stream: ServerHttp2Stream,
        _headers: IncomingHttpHeaders,
        _flags: number,
        rawHeaders: string[],
      ) => {
        try {
          resolve(requestHeadFromHttp2(rawHeaders, stream.endAfterHeaders))
        } catch (error) {
          reject(error as Error)
        }
        stream.respond({}, { endStream: true })
      }
      server.on('stream', onStream)
    })
    const [near, far] = createDuplexPair()
    server.emit('connection', far)
    const client = connect('http://a.example', { createConnection: () => near })
    client
      .request({ ':path': '/p', ':authority': 'a.example', cookie: ['a=1', 'b=2'], 'x-a': '1', te: 'trailers' })
      .resume()
    const text = forwardRequestHead(await head, { clientAddress: '192.0.2.7', proto: 'https' })
    expect(text.split('\r\n').sort()).toEqual(
      [
        ...[
          'GET /p HTTP/1.1',
          'host: a.example',
          'cookie: a=1; b=2',
          'x-a: 1',
          'TE: trailers',
          'Connection: TE',
          '',
          '',
        ],
        ...['X-Forwarded-For: 192.0.2.7', 'X-Forwarded-Proto: https', 'X-Forwarded-Host: a.example'],
      ].sort(),
    )
    client.destroy()
    server.close()
  })

  test('makes an upgrade of an extended CONNECT for a WebSocket, without a body', () => {
    const head = headOf(
      [':protocol', 'websocket', 'sec-websocket-version', '13'],
      false,
      withPseudo(':method', 'CONNECT'),
    )
    expect(head).toMatchObject({ method: 'GET', upgrade: 'websocket', framing: 'none' })
    const text = forwardRequestHead(head, { clientAddress: '192.0.2.1', proto: 'https' })
    expect(text).toMatch(/^GET \/x\?y HTTP\/1\.1\r\n/)
    expect(text).toContain('Upgrade: websocket\r\nConnection: upgrade\r\n')
  })

  test('reads trailers', () => {
    expect(trailersFromHttp2(['x-sum', '1', 'x-sum', '2'])).toEqual(['x-sum', '1', 'x-sum', '2'])
  })

  const cases: [what: string, make: () => unknown, code: HttpErrorCode][] = [
    ['CR in a value', () => headOf(['x', 'a\rb']), 'ERR_HTTP_HEADER_VALUE'],
    ['LF in a value', () => headOf(['x', 'a\nx: b']), 'ERR_HTTP_HEADER_VALUE'],
    ['NUL in a value', () => headOf(['x', '\0']), 'ERR_HTTP_HEADER_VALUE'],
    ['a space before a value', () => headOf(['x', ' a']), 'ERR_HTTP_HEADER_VALUE'],
    ['a tab after a value', () => headOf(['x', 'a\t']), 'ERR_HTTP_HEADER_VALUE'],
    ['upper case in a name', () => headOf(['X', 'a']), 'ERR_HTTP_HEADER_NAME'],
    ['a colon in a name', () => headOf(['a:b', 'a']), 'ERR_HTTP_HEADER_NAME'],
    ['an empty name', () => headOf(['', 'a']), 'ERR_HTTP_HEADER_NAME'],
    ['a pseudo header behind a field', () => requestHeadFromHttp2(['x', 'y', ...pseudo], true), 'ERR_HTTP_HEADER_NAME'],
    [
      'a pseudo header behind a cookie',
      () => requestHeadFromHttp2(['cookie', 'y', ...pseudo], true),
      'ERR_HTTP_HEADER_NAME',
    ],
    ['a pseudo header as trailer', () => trailersFromHttp2([':path', '/']), 'ERR_HTTP_HEADER_NAME'],
    ['CR LF in a trailer', () => trailersFromHttp2(['x', 'a\r\nb']), 'ERR_HTTP_HEADER_VALUE'],
    ['upper case in the name of a trailer', () => trailersFromHttp2(['X', 'a']), 'ERR_HTTP_HEADER_NAME'],
    ['connection as trailer', () => trailersFromHttp2(['connection', 'close']), 'ERR_HTTP_CONNECTION_FIELD'],
    ['many trailers', () => trailersFromHttp2(['x', '', 'y', ''], { maxHeaders: 1 }), 'ERR_HTTP_TOO_MANY_HEADERS'],
    ['a pseudo header twice', () => headOf([':path', '/']), 'ERR_HTTP_HEADER_NAME'],
    [':protocol without CONNECT', () => headOf([':protocol', 'websocket']), 'ERR_HTTP_CONNECT'],
    [
      'an extended CONNECT for another protocol',
      () => headOf([':protocol', 'connect-udp'], false, withPseudo(':method', 'CONNECT')),
      'ERR_HTTP_CONNECT',
    ],
    ['connection', () => headOf(['connection', 'close']), 'ERR_HTTP_CONNECTION_FIELD'],
    ['transfer-encoding', () => headOf(['transfer-encoding', 'chunked']), 'ERR_HTTP_CONNECTION_FIELD'],
    ['upgrade', () => headOf(['upgrade', 'x']), 'ERR_HTTP_CONNECTION_FIELD'],
    ['another te', () => headOf(['te', 'gzip']), 'ERR_HTTP_CONNECTION_FIELD'],
    ['two lengths', () => headOf(['content-length', '5', 'content-length', '5'], false), 'ERR_HTTP_CONTENT_LENGTH'],
    ['a length without a body', () => headOf(['content-length', '5']), 'ERR_HTTP_CONTENT_LENGTH'],
    ['CONNECT', () => headOf([], true, withPseudo(':method', 'CONNECT')), 'ERR_HTTP_CONNECT'],
    ['a method that is no token', () => headOf([], true, withPseudo(':method', 'GET /')), 'ERR_HTTP_METHOD'],
    ['a long method', () => headOf([], true, withPseudo(':method', 'A'.repeat(33))), 'ERR_HTTP_METHOD_TOO_LONG'],
    ['another scheme', () => headOf([], true, withPseudo(':scheme', 'ftp')), 'ERR_HTTP_TARGET'],
    ['no scheme', () => headOf([], true, pseudo.toSpliced(2, 2)), 'ERR_HTTP_TARGET'],
    ['a space in the path', () => headOf([], true, withPseudo(':path', '/ HTTP/1.1')), 'ERR_HTTP_TARGET'],
    ['a fragment', () => headOf([], true, withPseudo(':path', '/#a')), 'ERR_HTTP_TARGET'],
    ['an absolute path', () => headOf([], true, withPseudo(':path', 'http://a.example/')), 'ERR_HTTP_TARGET'],
    ['an empty path', () => headOf([], true, withPseudo(':path', '')), 'ERR_HTTP_TARGET'],
    [
      'no authority and no host',
      () => requestHeadFromHttp2([':method', 'GET', ':scheme', 'https', ':path', '/'], true),
      'ERR_HTTP_HOST',
    ],
    ['userinfo', () => headOf([], true, withPseudo(':authority', 'u@a.example')), 'ERR_HTTP_HOST'],
    ['a host that disagrees', () => headOf(['host', 'b.example']), 'ERR_HTTP_HOST'],
    ['a long path', () => requestHeadFromHttp2(pseudo, true, { maxTargetBytes: 3 }), 'ERR_HTTP_TARGET_TOO_LONG'],
    [
      'many fields',
      () => requestHeadFromHttp2([...pseudo, 'x', ''], true, { maxHeaders: 1 }),
      'ERR_HTTP_TOO_MANY_HEADERS',
    ],
  ]
  test.each(cases)('refuses %s', (_, make, code) => {
    expect(make).toThrow(expect.objectContaining({ code }))
  })
})
