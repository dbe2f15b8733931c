import { describe, expect, test } from 'vitest'
import { bytesOf, readRequests } from '../test/reading.ts'
import { type ForwardRequestFacts, forwardRequestHead, type RequestHead, relayRequestHead } from './index.ts'

const facts: ForwardRequestFacts = { clientAddress: '192.0.2.7', proto: 'https' }

function headOf(fields: string[], start = 'GET / HTTP/1.1', host = 'Host: app.example'): RequestHead {
  const lines = [start, ...(host === '' ? [] : [host]), ...fields]
  const { messages, error } = readRequests([bytesOf(`${lines.join('\r\n')}\r\n\r\n`)])
  expect(error).toBeUndefined()
  return messages[0]!.head
}

/** The lines of the forwarded head, without those that every request is given. */
function forward(fields: string[], more: Partial<ForwardRequestFacts> = {}, start?: string, host?: string): string[] {
  const given = ['X-Forwarded-For: 192.0.2.7', 'X-Forwarded-Proto: https', 'X-Forwarded-Host: app.example']
  const lines = linesOf(forwardRequestHead(headOf(fields, start, host), { ...facts, ...more }))
  return lines.filter((line) => !given.includes(line))
}

function linesOf(text: string): string[] {
  expect(text.endsWith('\r\n\r\n')).toBe(true)
  return text.slice(0, -4).split('\r\n')
}

describe('forwardRequestHead', () => {
  test('keeps order, case and duplicates, and says who asked', () => {
    const fields = ['accept: a', 'X-B: 1', 'Cookie: c=d', 'x-b: 2', 'X-Empty: ', 'X-Obs: \xe9']
    expect(linesOf(forwardRequestHead(headOf(fields, 'GET /a%2Fb?c HTTP/1.1', 'hOST: App.example'), facts))).toEqual([
      'GET /a%2Fb?c HTTP/1.1',
      'hOST: App.example',
      ...fields,
      'X-Forwarded-For: 192.0.2.7',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Host: App.example',
    ])
  })

  const hopByHop = [
    ...[
      'Connection: close',
      'Keep-Alive: timeout=5',
      'Proxy-Authenticate: x',
      'Proxy-Authorization: x',
      'proxy-connection: close',
    ],
    ...['TE: gzip', 'HTTP2-Settings: x', 'Trailer: X-Sum', 'Upgrade: websocket', 'CONNECTION: x-a', 'X-A: 1'],
  ]
  test('drops hop-by-hop fields and those that Connection names', () => {
    expect(forward(['X-1: a', ...hopByHop, 'X-2: b'])).toEqual([
      'GET / HTTP/1.1',
      'Host: app.example',
      'X-1: a',
      'X-2: b',
    ])
  })

  test('never drops Host, framing or its own fields because Connection names them', () => {
    const fields = [
      'Connection: host, content-length, x-forwarded-for',
      'Content-Length: 5',
      'X-Forwarded-For: 10.0.0.1',
    ]
    expect(linesOf(forwardRequestHead(headOf(fields), facts))).toEqual([
      'GET / HTTP/1.1',
      'Host: app.example',
      'Content-Length: 5',
      'X-Forwarded-For: 192.0.2.7',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Host: app.example',
    ])
  })

  test.each([
    'ngrok-auth-user-id',
    'Ngrok-Auth-User-Email',
    'ngrok-mtls-subject-cn',
    'TUNNEL-AUTH-USER-ID',
    'tunnel-mtls-serial-number',
    'Ngrok_Auth_User_Id',
    'tunnel-auth_x',
  ])('strips %s, which a client may not say of itself', (name) => {
    expect(forward([`${name}: me`])).toEqual(['GET / HTTP/1.1', 'Host: app.example'])
  })

  test.each(['ngrok-skip-browser-warning', 'tunnel-authority', 'Authorization', 'x-tunnel-auth-user-id'])(
    'keeps %s',
    (name) => {
      expect(forward([`${name}: me`])).toContain(`${name}: me`)
    },
  )

  test('joins what the client forwarded into one line each, in its place, with its own value last', () => {
    const fields = [
      'x-forwarded-for: 10.0.0.1',
      'X-1: a',
      'X-Forwarded-For: 10.0.0.2, 10.0.0.3',
      'X-Forwarded-Proto: http',
    ]
    expect(linesOf(forwardRequestHead(headOf([...fields, 'X-Forwarded-Host: first.example']), facts)).slice(2)).toEqual(
      [
        'x-forwarded-for: 10.0.0.1, 10.0.0.2, 10.0.0.3, 192.0.2.7',
        'X-1: a',
        'X-Forwarded-Proto: http, https',
        'X-Forwarded-Host: first.example',
      ],
    )
  })

  test('drops spellings of its own fields that a CGI upstream would take for them', () => {
    expect(forward(['X_Forwarded_For: 10.0.0.1', 'X-Forwarded_Host: evil'])).toEqual([
      'GET / HTTP/1.1',
      'Host: app.example',
    ])
  })

  test('leaves the fields alone that are withheld, but for spellings of them', () => {
    const fields = ['X-Forwarded-For: given', 'X_Forwarded_For: evil', 'X-Forwarded-For: twice']
    const withheld = ['x-forwarded-for', 'x-forwarded-host']
    expect(linesOf(forwardRequestHead(headOf(fields), { ...facts, withheld })).slice(2)).toEqual([
      'X-Forwarded-For: given',
      'X-Forwarded-For: twice',
      'X-Forwarded-Proto: https',
    ])
  })

  test('passes an upgrade on', () => {
    const fields = ['Connection: keep-alive, Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
    expect(forward(fields).slice(2)).toEqual(['Sec-WebSocket-Version: 13', 'Upgrade: websocket', 'Connection: upgrade'])
  })

  test('does not pass h2c on', () => {
    expect(
      forward(['Connection: upgrade, http2-settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQ']),
    ).toHaveLength(2)
  })

  test('passes the wish for trailers on, and nothing else of TE', () => {
    expect(forward(['TE: gzip;q=0.5, Trailers', 'Connection: te']).slice(2)).toEqual(['TE: trailers', 'Connection: TE'])
    expect(forward(['TE: trailers', 'TE: gzip']).slice(2)).toEqual(['TE: trailers', 'Connection: TE'])
    const both = ['TE: trailers', 'Connection: te, upgrade', 'Upgrade: x']
    expect(forward(both).slice(2)).toEqual(['TE: trailers', 'Upgrade: x', 'Connection: upgrade, TE'])
  })

  test.each([
    [['Content-Length: 005'], {}, ['Content-Length: 5']],
    [['Transfer-Encoding: CHUNKED', 'Trailer: X-Sum'], {}, ['Trailer: X-Sum', 'Transfer-Encoding: chunked']],
    [['Content-Length: 5', 'X-1: a'], { framing: 'chunked' }, ['X-1: a', 'Transfer-Encoding: chunked']],
    [['Transfer-Encoding: chunked'], { framing: 'length', contentLength: 7 }, ['Content-Length: 7']],
    [['content-length: 5', 'X-1: a'], { framing: 'length', contentLength: 9 }, ['content-length: 9', 'X-1: a']],
    [['Content-Length: 5'], { framing: 'none' }, []],
    [['Content-Length: 0'], {}, ['Content-Length: 0']],
  ] as const)('frames %j with %j anew', (fields, changes, lines) => {
    expect(forward([...fields], changes).slice(2)).toEqual(lines)
  })

  test('rewrites Host, keeping the original for the upstream', () => {
    const lines = linesOf(
      forwardRequestHead(headOf(['X-1: a', 'x_original_host: evil']), { ...facts, hostHeader: 'localhost:8080' }),
    )
    expect(lines).toEqual([
      'GET / HTTP/1.1',
      'Host: localhost:8080',
      'X-1: a',
      'X-Forwarded-For: 192.0.2.7',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Host: app.example',
      'X-Original-Host: app.example',
    ])
  })

  test('leaves X-Original-Host alone where Host stays', () => {
    expect(forward(['X-Original-Host: a'])).toContain('X-Original-Host: a')
  })

  test.each([
    ['GET http://app.example/a?b HTTP/1.1', 'GET /a?b HTTP/1.1'],
    ['GET http://app.example?b HTTP/1.1', 'GET /?b HTTP/1.1'],
    ['GET http://app.example HTTP/1.1', 'GET / HTTP/1.1'],
    ['OPTIONS HTTP://app.example HTTP/1.1', 'OPTIONS * HTTP/1.1'],
    ['OPTIONS * HTTP/1.1', 'OPTIONS * HTTP/1.1'],
    ['GET //app.example/a HTTP/1.1', 'GET //app.example/a HTTP/1.1'],
  ])('asks for %j as %j', (start, line) => {
    expect(forward([], {}, start)[0]).toBe(line)
  })

  test('gives HTTP/1.0 a Host and the version of this leg', () => {
    expect(forward([], {}, 'GET http://app.example/ HTTP/1.0', '').slice(0, 2)).toEqual([
      'GET / HTTP/1.1',
      'Host: app.example',
    ])
  })

  test('adds the fields of the proxy itself last, whatever their names', () => {
    const added = ['ngrok-auth-user-id', 'u1', 'X-1', 'b']
    expect(forward(['X-1: a', 'ngrok-auth-user-id: me'], { added }).slice(2)).toEqual([
      'X-1: a',
      'ngrok-auth-user-id: u1',
      'X-1: b',
    ])
  })

  test('writes one Host and one length whatever was put into the head since', () => {
    const head = headOf(['Content-Length: 5'])
    head.headers.push('host', 'evil', 'content-length', '6')
    const lines = linesOf(forwardRequestHead(head, facts)).filter((line) => /^(host|content-length):/i.test(line))
    expect(lines).toEqual(['Host: app.example', 'Content-Length: 5'])
  })

  test('is read back as the head that was meant', () => {
    const head = headOf([
      'Transfer-Encoding: chunked',
      'TE: trailers',
      'Expect: 100-continue',
      'Connection: upgrade',
      'Upgrade: x',
    ])
    const again = readRequests([bytesOf(forwardRequestHead(head, facts))])
    const { framing, upgrade, expectContinue, host, target } = head
    expect(again.messages[0]?.head).toMatchObject({ framing, upgrade, expectContinue, host, target, keepAlive: true })
  })
})

describe('relayRequestHead', () => {
  test('leaves what the first proxy said', () => {
    const fields = [
      'X-Forwarded-For: 192.0.2.7',
      'X-Forwarded-Host: app.example',
      'tunnel-auth-user-id: u1',
      'Keep-Alive: x',
    ]
    expect(linesOf(relayRequestHead(headOf(fields), { hostHeader: 'localhost' }))).toEqual([
      'GET / HTTP/1.1',
      'Host: localhost',
      ...fields.slice(0, 3),
      'X-Original-Host: app.example',
    ])
  })
})
