import { cutEveryByte } from '@tunnel/testkit'
import { describe, expect, test } from 'vitest'
import { bytesOf, readRequests } from '../test/reading.ts'
import { type HttpError, type HttpErrorCode, type HttpLimits, RequestDecoder, type RequestHandler } from './index.ts'

const get = 'GET / HTTP/1.1\r\nHost: a.example\r\n\r\n'
const chunked = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'

function read(text: string, limits: Partial<HttpLimits> = {}) {
  return readRequests([bytesOf(text)], { limits })
}

function withFields(...fields: string[]): string {
  return `POST /p HTTP/1.1\r\nHost: a.example\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`
}

function headOf(text: string) {
  const { messages, error } = read(text)
  expect(error).toBeUndefined()
  return messages[0]!.head
}

/** A decoder whose handler does nothing but what a test gives it. */
function decoderWith(handler: Partial<RequestHandler>, limits?: Partial<HttpLimits>): RequestDecoder {
  return new RequestDecoder({ onHead() {}, onBody() {}, onEnd() {}, onError() {}, ...handler }, limits)
}

describe('reads', () => {
  test('the head with its fields in order, case and duplicates kept', () => {
    expect(
      headOf('PATCH /a%20b?c HTTP/1.1\r\nHost: A.example:8080\r\nX-B:  1 \t\r\nx-b:\r\nX-Obs: \xe9\t\xff\r\n\r\n'),
    ).toEqual({
      method: 'PATCH',
      target: '/a%20b?c',
      minorVersion: 1,
      headers: ['Host', 'A.example:8080', 'X-B', '1', 'x-b', '', 'X-Obs', '\xe9\t\xff'],
      host: 'A.example:8080',
      framing: 'none',
      contentLength: 0,
      keepAlive: true,
      upgrade: undefined,
      expectContinue: false,
    })
  })

  test('a body of a length', () => {
    expect(read(`${withFields('content-length: 005')}hello`).messages).toMatchObject([
      { head: { framing: 'length', contentLength: 5 }, body: 'hello', complete: true, trailers: undefined },
    ])
  })

  test('a length of 0 as a length, so that it can be told on', () => {
    expect(read(withFields('Content-Length: 0')).messages).toMatchObject([
      { head: { framing: 'length' }, complete: true },
    ])
  })

  test('chunks, with extensions dropped and trailers kept', () => {
    const body = '3;a;b=c;d="\\"; x"\r\nfoo\r\n00A\r\n0123456789\r\n0;end\r\nX-Sum: 1 \r\nX-Sum: 2\r\n\r\n'
    expect(read(chunked + body).messages).toMatchObject([
      { head: { framing: 'chunked' }, body: 'foo0123456789', trailers: ['X-Sum', '1', 'X-Sum', '2'], complete: true },
    ])
  })

  test('one CRLF before a request line, but not two', () => {
    expect(read(`\r\n${get}\r\n${get}`).messages).toHaveLength(2)
    expect(read(`\r\n\r\n${get}`).error?.code).toBe('ERR_HTTP_METHOD')
  })

  test('a long head that arrives byte by byte', () => {
    const fields = Array.from({ length: 200 }, (_, index) => `X-${index}: ${'v'.repeat(index)}`)
    const text = withFields(...fields)
    expect(readRequests(cutEveryByte(bytesOf(text)))).toEqual(read(text))
    expect(headOf(text).headers.slice(-2)).toEqual(['X-199', 'v'.repeat(199)])
  })

  test('any token as a method', () => {
    expect(headOf('X-FROBNICATE! / HTTP/1.1\r\nHost: a\r\n\r\n').method).toBe('X-FROBNICATE!')
  })

  test('body chunks without copying them', () => {
    const chunk = bytesOf(`${withFields('Content-Length: 5')}hello`)
    const chunks: Buffer[] = []
    decoderWith({ onBody: (part) => void chunks.push(part) }).write(chunk)
    expect(chunks.map((part) => part.buffer === chunk.buffer)).toEqual([true])
  })

  test.each([
    ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', true],
    ['GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n', false],
    ['GET / HTTP/1.0\r\n\r\n', false],
    ['GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n', true],
    ['GET / HTTP/1.0\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n', false],
  ])('whether %j keeps the connection', (text, keepAlive) => {
    expect(headOf(text).keepAlive).toBe(keepAlive)
  })

  test.each([
    [['Connection: Upgrade', 'Upgrade: websocket'], 'websocket'],
    [['Upgrade: a', 'Connection: keep-alive, UPGRADE', 'Upgrade: b/1'], 'a, b/1'],
    [['Upgrade: websocket'], undefined],
    [['Connection: upgrade'], undefined],
    [['Connection: upgrade', 'Upgrade: h2c'], undefined],
    [['Connection: upgrade', 'Upgrade: websocket, H2C'], undefined],
  ])('the upgrade that %j offers', (fields, upgrade) => {
    expect(headOf(withFields(...fields)).upgrade).toBe(upgrade)
  })

  test('no upgrade in HTTP/1.0', () => {
    expect(headOf('GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n').upgrade).toBeUndefined()
  })

  test('an expectation of 100-continue', () => {
    expect(headOf(withFields('Expect: 100-Continue')).expectContinue).toBe(true)
    expect(headOf(withFields('Expect: tea')).expectContinue).toBe(false)
  })

  test.each([
    ['GET http://A.example/x', 'a.example', 'a.example'],
    ['GET HTTPS://a.example:8443', 'a.example:8443', 'a.example:8443'],
    ['GET http://[::1]:80?q', '[::1]:80', '[::1]:80'],
    ['OPTIONS *', 'a.example', 'a.example'],
    ['GET //not-a-host/', 'a.example', 'a.example'],
  ])('the target of %s with host %s', (start, field, host) => {
    expect(headOf(`${start} HTTP/1.1\r\nHost: ${field}\r\n\r\n`)).toMatchObject({ host, target: start.split(' ')[1] })
  })

  test('HTTP/1.0 without Host, for the edge to decide', () => {
    expect(headOf('GET / HTTP/1.0\r\n\r\n')).toMatchObject({ minorVersion: 0, host: '' })
    expect(headOf('GET http://a/ HTTP/1.0\r\n\r\n').host).toBe('a')
  })
})

describe('refuses', () => {
  const cases: [what: string, text: string, code: HttpErrorCode, status?: number][] = [
    [
      'content-length with transfer-encoding',
      withFields('Content-Length: 5', 'Transfer-Encoding: chunked'),
      'ERR_HTTP_FRAMING',
    ],
    [
      'transfer-encoding with content-length',
      withFields('Transfer-Encoding: chunked', 'Content-Length: 5'),
      'ERR_HTTP_FRAMING',
    ],
    ['a length of 0 with chunks', withFields('Content-Length: 0', 'Transfer-Encoding: chunked'), 'ERR_HTTP_FRAMING'],
    ['an equal content-length again', withFields('Content-Length: 5', 'Content-Length: 5'), 'ERR_HTTP_CONTENT_LENGTH'],
    ['a list of equal lengths', withFields('Content-Length: 5, 5'), 'ERR_HTTP_CONTENT_LENGTH'],
    ['an empty length', withFields('Content-Length:'), 'ERR_HTTP_CONTENT_LENGTH'],
    ['a signed length', withFields('Content-Length: +5'), 'ERR_HTTP_CONTENT_LENGTH'],
    ['a hex length', withFields('Content-Length: 0x5'), 'ERR_HTTP_CONTENT_LENGTH'],
    ['a length with a space in it', withFields('Content-Length: 1 2'), 'ERR_HTTP_CONTENT_LENGTH'],
    ['a length that is not exact', withFields('Content-Length: 9007199254740992'), 'ERR_HTTP_CONTENT_LENGTH'],
    ['a length that overflows', withFields(`Content-Length: ${'9'.repeat(400)}`), 'ERR_HTTP_CONTENT_LENGTH'],
    ['another coding', withFields('Transfer-Encoding: gzip, chunked'), 'ERR_HTTP_TRANSFER_ENCODING'],
    ['identity', withFields('Transfer-Encoding: identity'), 'ERR_HTTP_TRANSFER_ENCODING'],
    [
      'chunked twice',
      withFields('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'),
      'ERR_HTTP_TRANSFER_ENCODING',
    ],
    ['chunked in a list', withFields('Transfer-Encoding: chunked,'), 'ERR_HTTP_TRANSFER_ENCODING'],
    ['chunked with a parameter', withFields('Transfer-Encoding: chunked;a=b'), 'ERR_HTTP_TRANSFER_ENCODING'],
    ['a coding after a no-break space', withFields('Transfer-Encoding: \xa0chunked'), 'ERR_HTTP_TRANSFER_ENCODING'],
    ['chunked in HTTP/1.0', 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n', 'ERR_HTTP_TRANSFER_ENCODING'],
    ['LF alone after the request line', 'GET / HTTP/1.1\nHost: a\r\n\r\n', 'ERR_HTTP_LINE_END'],
    ['LF alone after a field', 'GET / HTTP/1.1\r\nHost: a\n\r\n', 'ERR_HTTP_LINE_END'],
    ['LF alone after the last field', 'GET / HTTP/1.1\r\nHost: a\r\n\n', 'ERR_HTTP_LINE_END'],
    ['CR alone in a value', withFields('X: a\rb'), 'ERR_HTTP_LINE_END'],
    ['CR alone at the head’s end', 'GET / HTTP/1.1\r\nHost: a\r\n\rX', 'ERR_HTTP_LINE_END'],
    ['CR alone after the version', 'GET / HTTP/1.1\rHost: a\r\n\r\n', 'ERR_HTTP_LINE_END'],
    ['CR alone before a request', '\rGET / HTTP/1.1\r\n\r\n', 'ERR_HTTP_LINE_END'],
    ['a folded value', withFields('X: a', ' b'), 'ERR_HTTP_FOLD'],
    ['a line that starts with a tab', withFields('\tX: a'), 'ERR_HTTP_FOLD'],
    ['a space before the colon', withFields('X : a'), 'ERR_HTTP_HEADER_NAME'],
    ['a field without a colon', withFields('X'), 'ERR_HTTP_HEADER_NAME'],
    ['an empty name', withFields(': a'), 'ERR_HTTP_HEADER_NAME'],
    ['obs-text in a name', withFields('X\xe9: a'), 'ERR_HTTP_HEADER_NAME'],
    ['NUL in a name', withFields('X\0: a'), 'ERR_HTTP_HEADER_NAME'],
    ['NUL in a value', withFields('X: a\0'), 'ERR_HTTP_HEADER_VALUE'],
    ['DEL in a value', withFields('X: a\x7f'), 'ERR_HTTP_HEADER_VALUE'],
    ['a vertical tab in a value', withFields('X: \x0ba'), 'ERR_HTTP_HEADER_VALUE'],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', 'ERR_HTTP_HOST'],
    ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n', 'ERR_HTTP_HOST'],
    ['an empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', 'ERR_HTTP_HOST'],
    ['userinfo in Host', 'GET / HTTP/1.1\r\nHost: u@a\r\n\r\n', 'ERR_HTTP_HOST'],
    ['a path in Host', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 'ERR_HTTP_HOST'],
    ['a list in Host', 'GET / HTTP/1.1\r\nHost: a, b\r\n\r\n', 'ERR_HTTP_HOST'],
    ['a port that is none', 'GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n', 'ERR_HTTP_HOST'],
    ['a port of six digits', 'GET / HTTP/1.1\r\nHost: a:000080\r\n\r\n', 'ERR_HTTP_HOST'],
    ['an address of one character', 'GET / HTTP/1.1\r\nHost: [:]\r\n\r\n', 'ERR_HTTP_HOST'],
    ['an empty port', 'GET / HTTP/1.1\r\nHost: a:\r\n\r\n', 'ERR_HTTP_HOST'],
    ['an open bracket in Host', 'GET / HTTP/1.1\r\nHost: [::1\r\n\r\n', 'ERR_HTTP_HOST'],
    ['a name after an address in Host', 'GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n', 'ERR_HTTP_HOST'],
    ['a target that disagrees with Host', 'GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n', 'ERR_HTTP_HOST'],
    ['a target whose port disagrees', 'GET http://a:80/ HTTP/1.1\r\nHost: a\r\n\r\n', 'ERR_HTTP_HOST'],
    ['userinfo in a target', 'GET http://a@b/ HTTP/1.1\r\nHost: b\r\n\r\n', 'ERR_HTTP_TARGET'],
    ['a fragment', 'GET /#a HTTP/1.1\r\nHost: b\r\n\r\n', 'ERR_HTTP_TARGET'],
    ['an empty target', 'GET  HTTP/1.1\r\nHost: b\r\n\r\n', 'ERR_HTTP_TARGET'],
    ['a relative target', 'GET a HTTP/1.1\r\nHost: b\r\n\r\n', 'ERR_HTTP_TARGET'],
    ['obs-text in a target', 'GET /\xe9 HTTP/1.1\r\nHost: b\r\n\r\n', 'ERR_HTTP_TARGET'],
    ['another scheme', 'GET ftp://b/ HTTP/1.1\r\nHost: b\r\n\r\n', 'ERR_HTTP_TARGET'],
    ['an asterisk with GET', 'GET * HTTP/1.1\r\nHost: b\r\n\r\n', 'ERR_HTTP_TARGET'],
    ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n', 'ERR_HTTP_CONNECT', 405],
    ['a method that is no token', 'GE(T / HTTP/1.1\r\n', 'ERR_HTTP_METHOD'],
    ['an empty method', ' / HTTP/1.1\r\n', 'ERR_HTTP_METHOD'],
    ['a TLS ClientHello, at its first byte', '\x16', 'ERR_HTTP_METHOD'],
    ['HTTP/0.9', 'GET /\r\n', 'ERR_HTTP_VERSION', 505],
    ['HTTP/2', 'GET / HTTP/2.0\r\n', 'ERR_HTTP_VERSION', 505],
    ['HTTP/1.2', 'GET / HTTP/1.2\r\n', 'ERR_HTTP_VERSION', 505],
    ['a longer version', 'GET / HTTP/1.10\r\n', 'ERR_HTTP_REQUEST_LINE'],
    ['a lower-case version', 'GET / http/1.1\r\n', 'ERR_HTTP_REQUEST_LINE'],
    ['a space in the target', 'GET /a b HTTP/1.1\r\n', 'ERR_HTTP_REQUEST_LINE'],
    ['a space after the version', 'GET / HTTP/1.1 \r\n', 'ERR_HTTP_REQUEST_LINE'],
    ['a chunk size with a sign', `${chunked}+1\r\n`, 'ERR_HTTP_CHUNK_SIZE'],
    ['a chunk size with 0x', `${chunked}0x1\r\n`, 'ERR_HTTP_CHUNK_SIZE'],
    ['a chunk size after a space', `${chunked} 1\r\n`, 'ERR_HTTP_CHUNK_SIZE'],
    ['a chunk size before a space', `${chunked}1 \r\n`, 'ERR_HTTP_CHUNK_SIZE'],
    ['no chunk size', `${chunked}\r\n`, 'ERR_HTTP_CHUNK_SIZE'],
    ['a chunk size of 17 digits', `${chunked}00000000000000001\r\n`, 'ERR_HTTP_CHUNK_SIZE'],
    ['a chunk size that is not exact', `${chunked}20000000000000\r\n`, 'ERR_HTTP_CHUNK_SIZE'],
    ['LF alone after a chunk size', `${chunked}1\na`, 'ERR_HTTP_LINE_END'],
    ['CR alone after a chunk size', `${chunked}1\ra`, 'ERR_HTTP_LINE_END'],
    ['an empty extension', `${chunked}1;\r\n`, 'ERR_HTTP_CHUNK_EXTENSION'],
    ['an extension without its value', `${chunked}1;a=\r\n`, 'ERR_HTTP_CHUNK_EXTENSION'],
    ['LF alone in an extension', `${chunked}1;a\nb\r\n`, 'ERR_HTTP_CHUNK_EXTENSION'],
    ['an open quote in an extension', `${chunked}1;a="b\r\n`, 'ERR_HTTP_CHUNK_EXTENSION'],
    ['text after a quote in an extension', `${chunked}1;a="b"c\r\n`, 'ERR_HTTP_CHUNK_EXTENSION'],
    ['chunk data without CRLF', `${chunked}1\r\nab\r\n`, 'ERR_HTTP_CHUNK_END'],
    ['chunk data with LF', `${chunked}1\r\na\n`, 'ERR_HTTP_CHUNK_END'],
    ['a trailer without a colon', `${chunked}0\r\nX\r\n\r\n`, 'ERR_HTTP_HEADER_NAME'],
    ['a folded trailer', `${chunked}0\r\nX: a\r\n b\r\n\r\n`, 'ERR_HTTP_FOLD'],
    ['a request after the last', `${withFields('Connection: close')}${get}`, 'ERR_HTTP_AFTER_CLOSE'],
  ]

  test.each(cases)('%s', (_, text, code, status = 400) => {
    const { error } = read(text)
    expect(error).toMatchObject({ code, status })
    expect(readRequests(cutEveryByte(bytesOf(text))).error?.code).toBe(code)
  })

  test('and calls nobody again', () => {
    const errors: HttpError[] = []
    const decoder = decoderWith({ onError: (error) => void errors.push(error), onHead: () => expect.unreachable() })
    decoder.write(bytesOf('\0'))
    decoder.write(bytesOf(get))
    decoder.finish()
    decoder.next()
    expect(errors).toHaveLength(1)
    expect(decoder.state).toBe('failed')
    expect(decoder.bufferedBytes).toBe(0)
  })
})

describe('limits', () => {
  // Each at its bound and one beyond.
  const cases: [limits: Partial<HttpLimits>, fits: string, exceeds: string, code: HttpErrorCode, status: number][] = [
    [{ maxHeadBytes: 35 }, get, get.replace('/', '/a'), 'ERR_HTTP_HEAD_TOO_LARGE', 431],
    [{ maxHeadBytes: 40 }, get, `GET /${'a'.repeat(40)}`, 'ERR_HTTP_TARGET_TOO_LONG', 414],
    [{ maxTargetBytes: 3 }, get.replace('/', '/ab'), get.replace('/', '/abc'), 'ERR_HTTP_TARGET_TOO_LONG', 414],
    [{ maxMethodBytes: 3 }, get, get.replace('GET', 'HEAD'), 'ERR_HTTP_METHOD_TOO_LONG', 501],
    [{ maxHeaders: 2 }, withFields('X: 1'), withFields('X: 1', 'X: 2'), 'ERR_HTTP_TOO_MANY_HEADERS', 431],
    [
      { maxTrailerBytes: 8 },
      `${chunked}0\r\nX: 1\r\n\r\n`,
      `${chunked}0\r\nX: 12\r\n\r\n`,
      'ERR_HTTP_TRAILERS_TOO_LARGE',
      431,
    ],
    [
      { maxChunkExtensionBytes: 5 },
      `${chunked}1;a\r\nx\r\n1;ab\r\n`,
      `${chunked}1;a\r\nx\r\n1;abc\r\n`,
      'ERR_HTTP_CHUNK_EXTENSION_TOO_LARGE',
      400,
    ],
  ]

  test.each(cases)('%j', (limits, fits, exceeds, code, status) => {
    expect(read(fits, limits).error).toBeUndefined()
    for (const chunks of [[bytesOf(exceeds)], cutEveryByte(bytesOf(exceeds))]) {
      const { error } = readRequests(chunks, { limits })
      expect(error).toMatchObject({ code, status })
      expect(error?.message).toMatch(new RegExp(`${Object.keys(limits)[0]} \\d+`))
    }
  })

  test('refuses limits that are none', () => {
    expect(() => decoderWith({}, { maxHeaders: 0 })).toThrow('maxHeaders 0 is not an integer from 1 to')
    expect(() => decoderWith({}, { maxHeadBytes: Number.NaN })).toThrow(
      expect.objectContaining({ code: 'ERR_HTTP_LIMIT' }),
    )
  })

  test('bounds what it holds for a caller that reads on', () => {
    const errors: HttpError[] = []
    const decoder = decoderWith({ onError: (error) => void errors.push(error) }, { maxPipelinedBytes: 10 })
    decoder.write(bytesOf(get))
    decoder.write(Buffer.alloc(10))
    expect(decoder.bufferedBytes).toBe(10)
    decoder.write(Buffer.alloc(1))
    expect(errors.map(({ code }) => code)).toEqual(['ERR_HTTP_PIPELINE_TOO_LARGE'])
  })
})

describe('pipelining', () => {
  test('holds nothing by reference: a chunk can be used again', () => {
    const seen: string[] = []
    const decoder = decoderWith({ onHead: ({ target }) => seen.push(target) })
    const chunk = bytesOf(get.replace('/', '/1') + get.replace('/', '/2') + get.slice(0, 9))
    decoder.write(chunk)
    chunk.fill('x')
    const late = bytesOf(get.slice(9) + get.replace('/', '/4'))
    decoder.write(late)
    late.fill('x')
    for (let at = 0; at < 3; at++) decoder.next()
    expect(seen).toEqual(['/1', '/2', '/', '/4'])
  })

  test('stops at the end of a message and goes on when asked', () => {
    const targets: string[] = []
    const decoder = decoderWith({ onHead: (head) => void targets.push(head.target) })
    const second = get.replace('/', '/2')
    decoder.write(bytesOf(get + second.slice(0, 9)))
    expect(decoder.state).toBe('message-end')
    expect(decoder.bufferedBytes).toBe(9)
    decoder.write(bytesOf(second.slice(9) + get.replace('/', '/3')))
    expect(targets).toEqual(['/'])
    decoder.next()
    expect(targets).toEqual(['/', '/2'])
    decoder.next()
    expect(targets).toEqual(['/', '/2', '/3'])
    expect(decoder.bufferedBytes).toBe(0)
    decoder.next()
    expect(decoder.state).toBe('idle')
  })

  test('is not stopped by an empty chunk among those held', () => {
    const targets: string[] = []
    const decoder = decoderWith({ onHead: (head) => void targets.push(head.target) })
    for (const text of [get, '', get.replace('/', '/2')]) decoder.write(bytesOf(text))
    decoder.next()
    expect(targets).toEqual(['/', '/2'])
  })

  test('reads thousands of requests of one chunk without deepening the stack', () => {
    const count = 50_000
    expect(read(get.repeat(count)).messages).toHaveLength(count)
  })

  test('reads bytes that arrive while it calls its handler after those it has', () => {
    const bodies: string[] = []
    const decoder = decoderWith({
      onBody: (chunk) => {
        bodies.push(chunk.toString())
        if (bodies.length === 1) decoder.write(bytesOf('last'))
      },
    })
    decoder.write(bytesOf(`${chunked}1\r\na\r\n1\r\nb\r\n4\r\n`))
    expect(bodies).toEqual(['a', 'b', 'last'])
  })
})

describe('the end of the connection', () => {
  test.each([
    ['nothing', ''],
    ['a whole request', get],
    ['an empty line', `${get}\r\n`],
  ])('is no error after %s', (_, text) => {
    expect(readRequests([bytesOf(text)], { finish: true }).error).toBeUndefined()
  })

  test.each([
    ['a head', 'G'],
    ['a body', `${withFields('Content-Length: 2')}a`],
    ['chunks', `${chunked}1\r\na\r\n0\r\n`],
    ['a pipelined head', `${get}GET`],
  ])('is one within %s', (_, text) => {
    expect(readRequests([bytesOf(text)], { finish: true }).error).toMatchObject({
      code: 'ERR_HTTP_EARLY_END',
      status: 400,
    })
  })

  test('is one as soon as the decoder gets to a held message that it cut off', () => {
    const errors: string[] = []
    const decoder = decoderWith({ onError: ({ code }) => void errors.push(code) })
    decoder.write(bytesOf(`${get}GET /`))
    decoder.finish()
    expect(errors).toEqual([])
    decoder.next()
    expect(errors).toEqual(['ERR_HTTP_EARLY_END'])
  })
})

describe('hand-over', () => {
  const upgrade = withFields('Connection: upgrade', 'Upgrade: x')

  test('gives the bytes after an upgrade, held and yet to be read', () => {
    const decoder = decoderWith({})
    decoder.write(bytesOf(`${upgrade}one `))
    decoder.write(bytesOf('two'))
    expect(decoder.takeRest().toString()).toBe('one two')
    expect(decoder.state).toBe('upgraded')
    expect(() => decoder.write(bytesOf('three'))).toThrow('write after takeRest')
  })

  test.each([['at once'], ['byte by byte']])('gives the head and what follows from within onHead, %s', (cut) => {
    const bytes = bytesOf(`${withFields('Content-Length: 3')}abc`)
    let taken = Buffer.alloc(0)
    const decoder = decoderWith({
      onHead: () => {
        taken = Buffer.concat([decoder.takeHeadBytes(), decoder.takeRest()])
      },
      onBody: () => expect.unreachable(),
      onEnd: () => expect.unreachable(),
    })
    for (const chunk of cut === 'at once' ? [bytes] : cutEveryByte(bytes.subarray(0, -3))) decoder.write(chunk)
    expect(taken).toEqual(cut === 'at once' ? bytes : bytes.subarray(0, -3))
  })

  test('gives no head bytes outside onHead', () => {
    const decoder = decoderWith({})
    decoder.write(bytesOf(get))
    expect(() => decoder.takeHeadBytes()).toThrow('outside onHead')
  })
})
