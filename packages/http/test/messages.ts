import fc from 'fast-check'
import { bytesOf } from './reading.ts'

/**
 * Requests that are nearly right: parts that mostly are, now and then one that smuggling is made of, and then a few bytes changed.
 * Only methods that Node knows, since it refuses others.
 */
const method = fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS', 'PUT')
const target = usually(
  fc.constantFrom(
    '/',
    '/a?b=c',
    '/x%20y',
    '/a|b"{}^`\\',
    '/é',
    'http://a.example/x',
    'http://a.example?q',
    'https://a.example',
  ),
  fc.constantFrom('*', '', '/#f', 'a', '//', 'http://u@a.example/', 'http://b.example/', 'ftp://a.example/', '/ /'),
)
const version = usually(
  fc.constant('HTTP/1.1'),
  fc.constantFrom('HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'http/1.1', 'HTTP/1.1 ', ''),
)
const lineEnd = usually(fc.constant('\r\n'), fc.constantFrom('\n', '\r', '\r\r\n', '\r\n ', ' \r\n', '\0\r\n'))
const field = usually(
  fc.constantFrom(
    'Accept: */*',
    'X-A: b',
    'X-A:b ',
    'x-empty:',
    'X-Tab:\t\ta\tb',
    'X-Obs: \xe9',
    'Connection: keep-alive',
    'Cookie: a=1',
  ),
  fc.constantFrom(
    'X A: b',
    'X-A : b',
    ': b',
    'X-A',
    'X-\xe9: b',
    'X: \x01',
    'Host: a.example',
    'Connection: close',
    'Expect: 100-continue',
  ),
)
const framing = fc.constantFrom(
  ...[
    'Content-Length: 5',
    'content-length:5 ',
    'Content-Length: 0',
    'Content-Length: 005',
    'Transfer-Encoding: chunked',
  ],
  ...[
    'Content-Length: +5',
    'Content-Length: 5, 5',
    'Content-Length: 0x5',
    'Content-Length: ',
    'Content-Length: 18446744073709551621',
  ],
  ...[
    'Transfer-Encoding: CHUNKED',
    'Transfer-Encoding: chunked, chunked',
    'Transfer-Encoding: identity',
    'Transfer-Encoding: x, chunked',
  ],
  ...[
    'Transfer-Encoding : chunked',
    'Transfer-Encoding:\x0bchunked',
    'Transfer-Encoding: "chunked"',
    'Transfer-Encoding: chunked;q=1',
  ],
)
const body = fc.constantFrom(
  ...[
    '',
    'hello',
    '0\r\n\r\n',
    '5\r\nhello\r\n0\r\n\r\n',
    '5;a=b;c="d\\"e"\r\nhello\r\n0\r\n\r\n',
    '1\r\na\r\n4\r\nbcde\r\n0\r\nT: 1\r\n\r\n',
  ],
  ...[
    '5 \r\nhello\r\n0\r\n\r\n',
    '0x5\r\nhello\r\n0\r\n\r\n',
    '5\nhello\r\n0\r\n\r\n',
    '5\r\nhello0\r\n\r\n',
    '-1\r\n\r\n',
    '\r\n',
    '00\r\n\r\n',
  ],
  ...['5\r\nhello\r\n0\r\nX\r\n\r\n', '5;\r\nhello\r\n0\r\n\r\n', '10000000000000005\r\nhello\r\n0\r\n\r\n'],
)

/** Framing fields with a body: mostly a pair that fits. */
const framed = usually(
  fc.constantFrom<[string[], string]>(
    [[], ''],
    [['Content-Length: 5'], 'hello'],
    [['content-length:\t05 '], 'hello'],
    [['Transfer-Encoding: chunked'], '2\r\nhe\r\n3;x="y z"\r\nllo\r\n0\r\nX-T: 1\r\n\r\n'],
    [['Transfer-Encoding: Chunked'], '0\r\n\r\n'],
  ),
  fc.tuple(fc.array(framing, { maxLength: 2 }), body),
  2,
)

const request = fc
  .record({
    start: fc.tuple(method, target, version).map((parts) => parts.join(' ')),
    host: usually(
      fc.constant('Host: a.example'),
      fc.constantFrom('Host: b.example', 'Host:', 'Host: a.example, b', 'X-No: host'),
    ),
    fields: fc.array(field, { maxLength: 3 }),
    framed,
    ends: fc.array(lineEnd, { minLength: 8, maxLength: 8 }),
  })
  .map(({ start, host, fields, framed: [framings, content], ends }) => {
    const lines = [start, host, ...fields, ...framings].map((line, index) => line + ends[index]!)
    return `${lines.join('')}\r\n${content}`
  })

const mutation = fc.record({
  at: fc.nat({ max: 400 }),
  remove: fc.nat({ max: 2 }),
  insert: fc.constantFrom(
    '',
    '',
    '\r',
    '\n',
    '\r\n',
    '\0',
    ' ',
    '\t',
    ':',
    ';',
    ',',
    '5',
    '0',
    'a',
    '\x7f',
    '\x80',
    '\xff',
    'GET / HTTP/1.1\r\n',
  ),
})

/** One connection's bytes: up to three requests, with up to two mutations. */
export const connectionBytes = fc
  .tuple(fc.array(request, { minLength: 1, maxLength: 3 }), fc.array(mutation, { maxLength: 2 }))
  .map(([requests, mutations]) => mutated(requests.join(''), mutations))

const statusLine = usually(
  fc.constantFrom(
    'HTTP/1.1 200 OK',
    'HTTP/1.1 404 Not Found',
    'HTTP/1.1 500 ',
    'HTTP/1.1 204 No Content',
    'HTTP/1.1 304 X',
    'HTTP/1.0 200 OK',
  ),
  fc.constantFrom(
    'HTTP/1.1 200',
    'HTTP/1.1 20 OK',
    'HTTP/1.1 999 X',
    'HTTP/2.0 200 OK',
    'HTTP/1.1  200 OK',
    'HTTP/1.1 200\tOK',
    '200 OK',
  ),
)

/** One connection's bytes: early responses, a response, and perhaps bytes that belong to none, with up to two mutations. */
export const responseBytes = fc
  .record({
    early: usually(
      fc.constant(''),
      fc.constantFrom('HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 X\r\nLink: a\r\n\r\n'),
      4,
    ),
    statusLine,
    fields: fc.array(field, { maxLength: 3 }),
    framed,
    ends: fc.array(lineEnd, { minLength: 8, maxLength: 8 }),
    mutations: fc.array(mutation, { maxLength: 2 }),
  })
  .map(({ early, statusLine, fields, framed: [framings, content], ends, mutations }) => {
    const lines = [statusLine, ...fields, ...framings].map((line, index) => line + ends[index]!)
    return mutated(`${early}${lines.join('')}\r\n${content}`, mutations)
  })

function mutated(text: string, mutations: { at: number; remove: number; insert: string }[]): Buffer {
  let bytes = text
  for (const { at, remove, insert } of mutations) bytes = bytes.slice(0, at) + insert + bytes.slice(at + remove)
  return bytesOf(bytes)
}

function usually<T>(common: fc.Arbitrary<T>, rare: fc.Arbitrary<T>, weight = 24): fc.Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: common }, { weight: 1, arbitrary: rare })
}
