import { describe, expect, test } from 'vitest'
import { bytesOf, readResponses } from '../test/reading.ts'
import {
  type ForwardResponseFacts,
  forwardResponseHead,
  forwardTrailers,
  isHopByHop,
  type ResponseHead,
} from './index.ts'

function headOf(fields: string[], { status = '200 OK', method = 'GET' } = {}): ResponseHead {
  const text = [`HTTP/1.1 ${status}`, ...fields].join('\r\n')
  const { messages, informational, error } = readResponses([bytesOf(`${text}\r\n\r\n`)], { method, upgradeAsked: true })
  expect(error).toBeUndefined()
  return messages[0]?.head ?? informational[0]!
}

function forward(head: ResponseHead, facts: Partial<ForwardResponseFacts> = {}): string[] {
  const text = forwardResponseHead(head, { framing: head.framing, keepAlive: true, ...facts })
  expect(text.endsWith('\r\n\r\n')).toBe(true)
  return text.slice(0, -4).split('\r\n')
}

describe('forwardResponseHead', () => {
  test('keeps order, case and duplicates', () => {
    const fields = ['Date: x', 'Set-Cookie: a', 'X-B: ', 'set-cookie: b', 'Server: s', 'X-Obs: \xff']
    expect(forward(headOf(['Content-Length: 2', ...fields]))).toEqual([
      'HTTP/1.1 200 OK',
      ...fields,
      'Content-Length: 2',
    ])
  })

  test('drops hop-by-hop fields, those that Connection names, and what only the edge says', () => {
    const dropped = [
      ...['Connection: x-hop, close', 'X-Hop: 1', 'Keep-Alive: x', 'Upgrade: x', 'Proxy-Authenticate: x', 'Trailer: x'],
      ...['Tunnel-Error-Code: 1', 'NGROK-ERROR-CODE: 1'],
    ]
    expect(forward(headOf([...dropped, 'X-End: 1', 'Content-Length: 0']))).toEqual([
      'HTTP/1.1 200 OK',
      'X-End: 1',
      'Content-Length: 0',
    ])
  })

  test.each<[ForwardResponseFacts, string[]]>([
    [{ framing: 'chunked', keepAlive: true }, ['Trailer: X-Sum', 'Transfer-Encoding: chunked']],
    [{ framing: 'length', contentLength: 9, keepAlive: true }, ['Content-Length: 9']],
    [{ framing: 'none', keepAlive: true }, ['Content-Length: 0']],
    [{ framing: 'close', keepAlive: true }, ['Connection: close']],
    [{ framing: 'length', contentLength: 9, keepAlive: false }, ['Content-Length: 9', 'Connection: close']],
  ])('frames anew with %j', (facts, lines) => {
    expect(forward(headOf(['Transfer-Encoding: chunked', 'Trailer: X-Sum']), facts).slice(1)).toEqual(lines)
  })

  test.each<[string, string, string[]]>([
    ['200 OK', 'HEAD', ['content-length: 10']],
    ['304 Not Modified', 'GET', ['content-length: 10']],
    ['204 No Content', 'GET', []],
    ['103 Early Hints', 'GET', []],
  ])('a %s to %s declares %j', (status, method, lines) => {
    expect(forward(headOf(['content-length: 10'], { status, method })).slice(1)).toEqual(lines)
  })

  test('a response to HEAD invents no length', () => {
    expect(forward(headOf(['Transfer-Encoding: chunked'], { method: 'HEAD' }), { framing: 'none' })).toEqual([
      'HTTP/1.1 200 OK',
    ])
  })

  test('no body has no close to end it', () => {
    expect(forward(headOf([], { method: 'HEAD' }), { framing: 'close' })).toEqual(['HTTP/1.1 200 OK'])
  })

  test('a 1xx never closes the connection', () => {
    expect(forward(headOf([], { status: '100 Continue' }), { keepAlive: false })).toEqual(['HTTP/1.1 100 Continue'])
  })

  test('passes 101 on with its upgrade, and 426 with its offer', () => {
    const fields = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Accept: x']
    const lines = ['Sec-WebSocket-Accept: x', 'Upgrade: websocket', 'Connection: upgrade']
    expect(forward(headOf(fields, { status: '101 Switching Protocols' }))).toEqual([
      'HTTP/1.1 101 Switching Protocols',
      ...lines,
    ])
    const refusal = headOf([...fields.slice(0, 2), 'Content-Length: 0'], { status: '426 Upgrade Required' })
    expect(forward(refusal, { keepAlive: false }).slice(2)).toEqual([
      'Upgrade: websocket',
      'Connection: upgrade, close',
    ])
  })

  test('adds the fields of the proxy itself last', () => {
    const head = headOf(['Content-Length: 0', 'tunnel-error-code: forged'])
    expect(forward(head, { added: ['Tunnel-Error-Code', 'ERR_TUNNEL_3004'] }).slice(2)).toEqual([
      'Tunnel-Error-Code: ERR_TUNNEL_3004',
    ])
  })

  const rewrite = { fromHost: 'Localhost:8080', toOrigin: 'https://app.example' }
  test.each([
    ['http://localhost:8080/a?b#c', rewrite, 'https://app.example/a?b#c'],
    ['HTTPS://LOCALHOST:8080', rewrite, 'https://app.example'],
    ['//localhost:8080?b', rewrite, 'https://app.example?b'],
    ['http://localhost/a', rewrite, 'http://localhost/a'],
    ['http://localhost:80801/', rewrite, 'http://localhost:80801/'],
    ['http://u@localhost:8080/', rewrite, 'http://u@localhost:8080/'],
    ['/a', rewrite, '/a'],
    ['http://local:80/a', { ...rewrite, fromHost: 'local' }, 'https://app.example/a'],
    ['https://local/a', { ...rewrite, fromHost: 'local:443' }, 'https://app.example/a'],
    ['http://local:443/a', { ...rewrite, fromHost: 'local' }, 'http://local:443/a'],
  ])('maps Location %j by %j to %j', (location, locationRewrite, expected) => {
    expect(forward(headOf([`Location: ${location}`, 'Content-Length: 0']), { locationRewrite })).toContain(
      `Location: ${expected}`,
    )
  })
})

test('forwardTrailers keeps what may stand after a body', () => {
  const dropped = [
    ...[
      'Content-Length',
      'Transfer-Encoding',
      'Host',
      'Connection',
      'Ngrok-Error-Code',
      'tunnel-error-code',
      'tunnel-auth-user-id',
    ],
  ]
  const trailers = [
    'Grpc-Status',
    '0',
    ...dropped.flatMap((name) => [name, 'x']),
    'grpc-message',
    '',
    'Grpc-Status',
    '1',
  ]
  expect(forwardTrailers(trailers)).toEqual(['Grpc-Status', '0', 'grpc-message', '', 'Grpc-Status', '1'])
})

test.each([
  ['Connection', true],
  ['KEEP-ALIVE', true],
  ['te', true],
  ['Trailer', true],
  ['Upgrade', true],
  ['Transfer-Encoding', true],
  ['Proxy-Connection', true],
  ['Proxy-Authenticate', true],
  ['Proxy-Authorization', true],
  ['HTTP2-Settings', true],
  ['Content-Length', false],
  ['Via', false],
  ['', false],
])('isHopByHop(%j) is %s', (name, expected) => {
  expect(isHopByHop(name)).toBe(expected)
})
