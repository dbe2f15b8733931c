import { cutEveryByte } from '@tunnel/testkit'
import { describe, expect, test } from 'vitest'
import { bytesOf, readResponses } from '../test/reading.ts'
import { type HttpError, type HttpErrorCode, type HttpLimits, ResponseDecoder, type ResponseHandler } from './index.ts'

type Options = Parameters<typeof readResponses>[1]

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'

function read(text: string, options: Options = {}) {
  return readResponses([bytesOf(text)], options)
}

function decoderWith(handler: Partial<ResponseHandler>, limits?: Partial<HttpLimits>): ResponseDecoder {
  const silent = { onInformational() {}, onHead() {}, onBody() {}, onEnd() {}, onError() {} }
  return new ResponseDecoder({ ...silent, ...handler }, limits)
}

describe('reads', () => {
  test('the head with its fields in order, case and duplicates kept', () => {
    const { messages } = read(
      'HTTP/1.1 404 Not \xe9 Here\r\nSet-Cookie: a\r\nset-cookie: b \r\nContent-Length: 0\r\n\r\n',
    )
    expect(messages[0]).toEqual({
      head: {
        status: 404,
        reason: 'Not \xe9 Here',
        minorVersion: 1,
        headers: ['Set-Cookie', 'a', 'set-cookie', 'b', 'Content-Length', '0'],
        framing: 'length',
        contentLength: 0,
        keepAlive: true,
        upgrade: undefined,
        bodyless: false,
      },
      body: '',
      trailers: undefined,
      complete: true,
    })
  })

  test.each([
    ['HTTP/1.1 200 \r\n\r\n', ''],
    ['HTTP/1.1 200\r\n\r\n', ''],
    ['HTTP/1.1 200  two \r\n\r\n', ' two '],
  ])('the reason of %j', (text, reason) => {
    expect(read(text).messages[0]?.head).toMatchObject({ status: 200, reason })
  })

  test('chunks and trailers', () => {
    const { messages } = read(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nGrpc-Status: 0\r\n\r\n',
    )
    expect(messages).toMatchObject([{ body: 'abc', trailers: ['Grpc-Status', '0'], complete: true }])
  })

  test('a body that the close ends, and no keep-alive after it', () => {
    const text = 'HTTP/1.1 200 OK\r\n\r\nto the end'
    expect(read(text).messages).toMatchObject([{ body: 'to the end', complete: false }])
    expect(read(text, { finish: true })).toMatchObject({
      messages: [{ head: { framing: 'close', keepAlive: false }, body: 'to the end', complete: true }],
      error: undefined,
    })
  })

  test.each([
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n'],
    ['HEAD', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['HEAD', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n'],
    ['GET', 'HTTP/1.1 204 No Content\r\nContent-Length: 10\r\n\r\n'],
  ])('no body after %s and %j', (method, text) => {
    const { messages, error } = read(text, { method })
    expect(error).toBeUndefined()
    expect(messages).toMatchObject([
      { head: { framing: 'none', contentLength: 0, bodyless: true, keepAlive: true }, body: '', complete: true },
    ])
  })

  test('1xx before the final response, framing fields of theirs meaning nothing', () => {
    const early = 'HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'
    const { informational, messages } = read(early + ok)
    expect(informational.map(({ status }) => status)).toEqual([100, 103])
    expect(messages).toMatchObject([{ head: { status: 200 }, body: 'hi' }])
  })
})

describe('after a response', () => {
  test.each([
    ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 'idle'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n', 'message-end'],
    ['HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', 'message-end'],
    ['HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n', 'idle'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nX', 'failed'],
  ])('%j the state within onEnd is %s', (text, state) => {
    const states: string[] = []
    const decoder = decoderWith({ onEnd: () => void states.push(decoder.state) })
    decoder.expect('GET', false)
    decoder.write(bytesOf(text))
    expect(states).toEqual([state])
  })

  test('bytes beyond its end are never the next response', () => {
    const heads: number[] = []
    const errors: HttpError[] = []
    const decoder = decoderWith({
      onHead: ({ status }) => void heads.push(status),
      onEnd: () => expect(() => decoder.expect('GET', false)).toThrow('expect in state failed'),
      onError: (error) => void errors.push(error),
    })
    decoder.expect('GET', false)
    decoder.write(bytesOf(`${ok}HTTP/1.1 201 Poison\r\nContent-Length: 0\r\n\r\n`))
    expect(heads).toEqual([200])
    expect(errors).toMatchObject([{ code: 'ERR_HTTP_UNSOLICITED', status: 502 }])
  })

  test('the next request can be sent from within onEnd', () => {
    const bodies: string[] = []
    const decoder = decoderWith({
      onBody: (chunk) => void bodies.push(chunk.toString()),
      onEnd: () => decoder.expect('GET', false),
    })
    decoder.expect('GET', false)
    decoder.write(bytesOf(ok))
    decoder.write(bytesOf(ok.replace('hi', 'ho')))
    expect(bodies).toEqual(['hi', 'ho'])
  })
})

describe('refuses', () => {
  const cases: [what: string, text: string, code: HttpErrorCode][] = [
    [
      'content-length with transfer-encoding',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      'ERR_HTTP_FRAMING',
    ],
    [
      'both, even in a 304',
      'HTTP/1.1 304 X\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      'ERR_HTTP_FRAMING',
    ],
    [
      'a repeated content-length',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n',
      'ERR_HTTP_CONTENT_LENGTH',
    ],
    ['another coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n', 'ERR_HTTP_TRANSFER_ENCODING'],
    ['chunked in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', 'ERR_HTTP_TRANSFER_ENCODING'],
    ['status 99', 'HTTP/1.1 099 X\r\n\r\n', 'ERR_HTTP_STATUS_LINE'],
    ['status 600', 'HTTP/1.1 600 X\r\n\r\n', 'ERR_HTTP_STATUS_LINE'],
    ['a status of two digits', 'HTTP/1.1 20 X\r\n\r\n', 'ERR_HTTP_STATUS_LINE'],
    ['a status of four digits', 'HTTP/1.1 2000 X\r\n\r\n', 'ERR_HTTP_STATUS_LINE'],
    ['another version', 'HTTP/2.0 200 OK\r\n\r\n', 'ERR_HTTP_STATUS_LINE'],
    ['an empty line before', `\r\n${ok}`, 'ERR_HTTP_STATUS_LINE'],
    ['NUL in the reason', 'HTTP/1.1 200 \0\r\n\r\n', 'ERR_HTTP_STATUS_LINE'],
    ['LF alone after the status line', 'HTTP/1.1 200 OK\n\n', 'ERR_HTTP_LINE_END'],
    ['CR alone in the reason', 'HTTP/1.1 200 O\rK\r\n\r\n', 'ERR_HTTP_LINE_END'],
    ['a folded field', 'HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n', 'ERR_HTTP_FOLD'],
    ['101 unasked', 'HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n', 'ERR_HTTP_UPGRADE'],
    ['a chunk size that is none', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n', 'ERR_HTTP_CHUNK_SIZE'],
  ]

  test.each(cases)('%s', (_, text, code) => {
    expect(read(text).error).toMatchObject({ code, status: 502 })
    expect(readResponses(cutEveryByte(bytesOf(text))).error?.code).toBe(code)
  })

  test('bytes that nothing was asked for', () => {
    const errors: HttpError[] = []
    const decoder = decoderWith({ onError: (error) => void errors.push(error) })
    decoder.write(Buffer.alloc(0))
    decoder.write(bytesOf(ok))
    decoder.write(bytesOf(ok))
    expect(errors.map(({ code }) => code)).toEqual(['ERR_HTTP_UNSOLICITED'])
  })

  test('a second request before the first is answered', () => {
    const decoder = decoderWith({})
    decoder.expect('GET', false)
    expect(() => decoder.expect('GET', false)).toThrow('expect in state head')
  })
})

describe('limits', () => {
  const early = 'HTTP/1.1 100 Continue\r\n\r\n'
  const cases: [limits: Partial<HttpLimits>, fits: string, exceeds: string, code: HttpErrorCode][] = [
    [{ maxHeadBytes: 38 }, ok, ok.replace('OK', 'OKK'), 'ERR_HTTP_HEAD_TOO_LARGE'],
    [{ maxHeadBytes: 38 }, ok, `HTTP/1.1 200 ${'a'.repeat(40)}`, 'ERR_HTTP_HEAD_TOO_LARGE'],
    [{ maxHeaders: 1 }, ok, ok.replace('\r\n', '\r\nX: 1\r\n'), 'ERR_HTTP_TOO_MANY_HEADERS'],
    [{ maxInformational: 2 }, early.repeat(2) + ok, early.repeat(3) + ok, 'ERR_HTTP_TOO_MANY_INFORMATIONAL'],
  ]

  test.each(cases)('%j', (limits, fits, exceeds, code) => {
    expect(read(fits, { limits }).error).toBeUndefined()
    for (const chunks of [[bytesOf(exceeds)], cutEveryByte(bytesOf(exceeds))]) {
      const { error } = readResponses(chunks, { limits })
      expect(error).toMatchObject({ code, status: 502 })
      expect(error?.message).toMatch(new RegExp(`${Object.keys(limits)[0]} \\d+`))
    }
  })

  test('count 1xx of each response by itself', () => {
    const chunks = cutEveryByte(bytesOf((early.repeat(2) + ok).repeat(2)))
    const { messages, error } = readResponses(chunks, { limits: { maxInformational: 2 }, asks: 'each' })
    expect(error).toBeUndefined()
    expect(messages).toHaveLength(2)
  })
})

describe('an upgrade', () => {
  const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'

  test.each([['at once'], ['byte by byte']])('hands over what follows the 101, %s', (cut) => {
    const heads: unknown[] = []
    const decoder = decoderWith({ onHead: (head) => void heads.push(head), onEnd: () => expect.unreachable() })
    decoder.expect('GET', true)
    const bytes = bytesOf(`${switching}frames`)
    for (const chunk of cut === 'at once' ? [bytes] : cutEveryByte(bytes)) decoder.write(chunk)
    expect(heads).toMatchObject([{ status: 101, upgrade: 'websocket', framing: 'none' }])
    expect(decoder.state).toBe('upgraded')
    expect(decoder.takeRest().toString()).toBe('frames')
    expect(() => decoder.write(bytes)).toThrow('write after takeRest')
  })

  test('hands over from within onHead', () => {
    const rests: string[] = []
    const decoder = decoderWith({ onHead: () => void rests.push(decoder.takeRest().toString()) })
    decoder.expect('GET', true)
    decoder.write(bytesOf(`${switching}frames`))
    expect(rests).toEqual(['frames'])
  })

  test('that is refused is an ordinary response', () => {
    expect(read(ok, { upgradeAsked: true })).toMatchObject({
      messages: [{ body: 'hi', complete: true }],
      error: undefined,
    })
  })

  test.each([['Connection: upgrade\r\n'], ['Upgrade: websocket\r\n'], ['']])('is none with only %j', (fields) => {
    const { error } = read(`HTTP/1.1 101 X\r\n${fields}\r\n`, { upgradeAsked: true })
    expect(error?.code).toBe('ERR_HTTP_UPGRADE')
  })

  test('bounds what it holds until it is taken', () => {
    const errors: string[] = []
    const decoder = decoderWith({ onError: ({ code }) => void errors.push(code) }, { maxPipelinedBytes: 6 })
    decoder.expect('GET', true)
    decoder.write(bytesOf(`${switching}frames`))
    expect(errors).toEqual([])
    decoder.write(bytesOf('!'))
    expect(errors).toEqual(['ERR_HTTP_PIPELINE_TOO_LARGE'])
  })
})

describe('the end of the connection', () => {
  test.each<[string, string, HttpErrorCode]>([
    ['before a response', '', 'ERR_HTTP_NO_RESPONSE'],
    ['within a head', 'H', 'ERR_HTTP_EARLY_END'],
    ['after a 1xx', 'HTTP/1.1 100 Continue\r\n\r\n', 'ERR_HTTP_EARLY_END'],
    ['within a body', ok.slice(0, -1), 'ERR_HTTP_EARLY_END'],
    ['within chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n', 'ERR_HTTP_EARLY_END'],
  ])('is an error %s', (_, text, code) => {
    expect(read(text, { finish: true }).error).toMatchObject({ code, status: 502 })
  })

  test('is none between responses, and the connection is spent', () => {
    const decoder = decoderWith({ onError: () => expect.unreachable() })
    decoder.finish()
    expect(decoder.state).toBe('message-end')
    expect(() => decoder.expect('GET', false)).toThrow('expect in state message-end')
  })
})
