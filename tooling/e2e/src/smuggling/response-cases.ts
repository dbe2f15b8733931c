export interface ResponseCase {
  readonly name: string
  /** What the upstream answers the first request with. */
  readonly bytes: string
  /** Ends the connection behind them. */
  readonly ends?: true
  /** The method of the first request. @default GET */
  readonly method?: string
  /** `STATUS "body"` of a whole answer, or that it broke off under the visitor. */
  readonly first: string
}

const OK = 'HTTP/1.1 200 OK\r\n'
const POISON = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison'
const BAD = '502 ERR_TUNNEL_3004'

const whole = (name: string, bytes: string, first: string): ResponseCase => ({ name, bytes, first })
const bad = (name: string, bytes: string): ResponseCase => ({ name, bytes, first: BAD })
const ending = (one: ResponseCase): ResponseCase => ({ ...one, ends: true })
const chunks = (body: string): string => `${OK}Transfer-Encoding: chunked\r\n\r\n${body}`
const head = (lines: string, body = 'hello'): string => `${OK}${lines}\r\n\r\n${body}`

/** RFC 9112 §4, §6.3, §7, §9.2: what an upstream may say, and what would be read as the next visitor's answer. */
export const responseCases: readonly ResponseCase[] = [
  whole('a length', head('Content-Length: 5'), '200 "hello"'),
  whole('chunks', chunks('5\r\nhello\r\n0\r\n\r\n'), '200 "hello"'),
  ending(whole('until it closes', head('X: y'), '200 "hello"')),
  ending(whole('HTTP/1.0 until it closes', 'HTTP/1.0 200 OK\r\n\r\nhello', '200 "hello"')),
  whole('no content', 'HTTP/1.1 204 No Content\r\n\r\n', '204 ""'),
  whole('not modified with a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', '304 ""'),
  { ...whole('HEAD with a length', head('Content-Length: 5', ''), '200 ""'), method: 'HEAD' },
  { ...whole('HEAD with chunked', `${OK}Transfer-Encoding: chunked\r\n\r\n`, '200 ""'), method: 'HEAD' },
  whole('an empty reason', 'HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n', '200 ""'),
  whole('no reason and no space', 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n', '200 ""'),
  whole('100 before', `HTTP/1.1 100 Continue\r\n\r\n${head('Content-Length: 5')}`, '200 "hello"'),
  whole('103 before', `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${head('Content-Length: 5')}`, '200 "hello"'),
  // What is behind the end of an answer was asked for by nobody.
  whole('a second answer behind a length', head('Content-Length: 5') + POISON, '200 "hello"'),
  whole('a second answer behind chunks', chunks(`5\r\nhello\r\n0\r\n\r\n${POISON}`), '200 "hello"'),
  whole('a second answer behind 204', `HTTP/1.1 204 No Content\r\n\r\n${POISON}`, '204 ""'),
  whole('a second answer behind 304', `HTTP/1.1 304 Not Modified\r\n\r\n${POISON}`, '304 ""'),
  { ...whole('a body for HEAD', head('Content-Length: 5'), '200 ""'), method: 'HEAD' },
  {
    ...whole('a whole answer as body for HEAD', head(`Content-Length: ${POISON.length}`, POISON), '200 ""'),
    method: 'HEAD',
  },
  whole('a body for 204', 'HTTP/1.1 204 No Content\r\n\r\nhello', '204 ""'),
  whole('a byte too many', head('Content-Length: 5', 'hello!'), '200 "hello"'),
  whole('CR LF too many', head('Content-Length: 5', 'hello\r\n'), '200 "hello"'),
  whole('204 with a length', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello', '204 ""'),
  whole('204 with chunked', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', '204 ""'),
  bad('100 with a length', `HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\nhello${head('Content-Length: 5')}`),
  bad('a length and chunked', head('Content-Length: 5\r\nTransfer-Encoding: chunked', '0\r\n\r\n')),
  bad('chunked and a length', head('Transfer-Encoding: chunked\r\nContent-Length: 5', '0\r\n\r\n')),
  bad('two lengths', head('Content-Length: 5\r\nContent-Length: 6')),
  bad('the same length twice', head('Content-Length: 5\r\nContent-Length: 5')),
  bad('a list of lengths', head('Content-Length: 5, 5')),
  bad('a plus', head('Content-Length: +5')),
  bad('a minus', head('Content-Length: -5')),
  bad('an empty length', head('Content-Length:')),
  bad('a length of letters', head('Content-Length: five')),
  bad('a length beyond all numbers', head(`Content-Length: ${'9'.repeat(30)}`)),
  bad('a space before the colon', head('Content-Length : 5')),
  bad('a folded line', head('Content-Length: 5\r\n 0')),
  bad('a bare LF between fields', head('X: y\nContent-Length: 5')),
  bad('a bare CR in a value', head('X: y\rContent-Length: 5')),
  bad('a NUL in a value', head('X: y\0\r\nContent-Length: 5')),
  bad('a NUL in a name', head('X\0: y\r\nContent-Length: 5')),
  bad('an empty name', head(': y\r\nContent-Length: 5')),
  bad('no colon', head('X y\r\nContent-Length: 5')),
  bad('gzip', head('Transfer-Encoding: gzip')),
  bad('gzip, chunked', head('Transfer-Encoding: gzip, chunked', '0\r\n\r\n')),
  bad('chunked, gzip', head('Transfer-Encoding: chunked, gzip', '0\r\n\r\n')),
  bad('chunked twice', head('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', '0\r\n\r\n')),
  bad('xchunked', head('Transfer-Encoding: xchunked', '0\r\n\r\n')),
  bad('identity', head('Transfer-Encoding: identity')),
  bad('HTTP/1.0 with chunked', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'),
  bad('HTTP/2', 'HTTP/2 200 OK\r\n\r\n'),
  bad('HTTP/1.2', 'HTTP/1.2 200 OK\r\nContent-Length: 5\r\n\r\nhello'),
  bad('HTTP/0.9', `${'hello'.repeat(10)}\r\n`),
  bad('a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'),
  bad('a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'),
  bad('a status of letters', 'HTTP/1.1 2xx OK\r\n\r\n'),
  bad('a status below 100', 'HTTP/1.1 099 OK\r\n\r\n'),
  bad('a status above 599', 'HTTP/1.1 600 OK\r\nContent-Length: 0\r\n\r\n'),
  bad('two spaces', 'HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n'),
  bad('a control byte in the reason', 'HTTP/1.1 200 O\x01K\r\nContent-Length: 0\r\n\r\n'),
  bad('a bare LF after the status line', 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n'),
  bad('an empty line before', `\r\n${head('Content-Length: 5')}`),
  bad('101 that nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
  // The head was good and has gone on when these go wrong: the visitor's connection must break, not end.
  whole('a chunk size of letters', chunks('5\r\nhello\r\nzz\r\n'), 'broken ""'),
  whole('a chunk size with 0x', chunks('5\r\nhello\r\n0x5\r\n'), 'broken ""'),
  whole('a minus as chunk size', chunks('5\r\nhello\r\n-1\r\n'), 'broken ""'),
  whole('a chunk size beyond all numbers', chunks(`5\r\nhello\r\n${'f'.repeat(17)}\r\n`), 'broken ""'),
  whole('a bare LF after a chunk size', chunks('5\r\nhello\r\n5\nhello'), 'broken ""'),
  whole('no CR LF after a chunk', chunks('5\r\nhelloX'), 'broken ""'),
  whole('a bare LF in a chunk extension', chunks('5\r\nhello\r\n5;\nhello'), 'broken ""'),
  whole('a folded trailer', chunks('5\r\nhello\r\n0\r\nX: y\r\n z\r\n\r\n'), 'broken ""'),
  ending(whole('an end before the length', head('Content-Length: 10'), 'broken "hello"')),
  ending(whole('an end before the last chunk', chunks('5\r\nhello\r\n'), 'broken "hello"')),
  ending(bad('an end within the head', `${OK}Content-`)),
  // Nothing of it was there, and GET may be asked again (RFC 9110 §9.2.2): the next connection answers.
  ending(whole('an end at once', '', '200 "second"')),
]
