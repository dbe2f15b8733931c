import { describe, expect, it } from 'vitest'
import type { RequestHead, ResponseHead } from './head.ts'
import { HeadMemo } from './head-memo.ts'
import { RequestDecoder } from './request-decoder.ts'
import { ResponseDecoder } from './response-decoder.ts'

const GET = 'GET /a HTTP/1.1\r\nHost: a.test\r\n\r\n'

function readRequests(chunks: readonly string[]): { heads: RequestHead[]; bodies: string[]; errors: string[] } {
  const heads: RequestHead[] = []
  const bodies: string[] = []
  const errors: string[] = []
  const decoder = new RequestDecoder({
    onHead: (head) => void heads.push(head),
    onBody: (chunk) => void bodies.push(chunk.toString('latin1')),
    onEnd: () => decoder.next(),
    onError: (error) => void errors.push(error.code),
  })
  for (const chunk of chunks) decoder.write(Buffer.from(chunk, 'latin1'))
  return { heads, bodies, errors }
}

describe('a repeated request head', () => {
  it('is the same object from the third time on, however the bytes came', () => {
    for (const chunks of [[GET, GET, GET], [GET + GET + GET], [GET.slice(0, 9), GET.slice(9) + GET, GET]]) {
      const { heads } = readRequests(chunks)
      expect(heads).toHaveLength(3)
      expect(heads[2]).toBe(heads[1])
      expect(heads[1]).toEqual(heads[0])
    }
  })

  it('is read again when it is cut, with the same result', () => {
    const { heads } = readRequests([GET, GET, GET.slice(0, 20), GET.slice(20), GET])
    expect(heads[2]).toEqual(heads[1])
    expect(heads[3]).toEqual(heads[1])
  })

  it('has each time the body that follows it', () => {
    const post = 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 3\r\n\r\n'
    const chunked = 'POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n'
    const { bodies } = readRequests([
      ...['abc', 'def', 'ghi'].map((body) => post + body),
      ...['1\r\nj', '1\r\nk', '1\r\nl'].map((body) => `${chunked + body}\r\n0\r\n\r\n`),
    ])
    expect(bodies.join('')).toBe('abcdefghijkl')
  })

  it('is not taken for one that goes on differently', () => {
    const longer = 'GET /a HTTP/1.1\r\nHost: a.test\r\nX: 1\r\n\r\n'
    const { heads } = readRequests([GET, GET, longer, longer, GET])
    expect(heads.map((head) => head.headers.length)).toEqual([2, 2, 4, 4, 2])
  })

  it('is refused after a message that closes the connection', () => {
    const last = 'GET /a HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n'
    expect(readRequests([GET, last, last]).errors).toEqual(['ERR_HTTP_AFTER_CLOSE'])
    expect(readRequests([GET, last, GET]).errors).toEqual(['ERR_HTTP_AFTER_CLOSE'])
  })

  it('is not recognised behind half of an empty line', () => {
    expect(readRequests([GET, GET, `\r${GET}`]).errors).toEqual(['ERR_HTTP_LINE_END'])
    expect(readRequests([GET, GET, `\r\n${GET}`]).heads).toHaveLength(3)
  })

  it('gives its bytes to who takes them', () => {
    const taken: string[] = []
    const decoder: RequestDecoder = new RequestDecoder({
      onHead: () => void taken.push(decoder.takeHeadBytes().toString('latin1')),
      onBody: () => {},
      onEnd: () => decoder.next(),
      onError: () => {},
    })
    for (let i = 0; i < 3; i++) decoder.write(Buffer.from(GET))
    expect(taken).toEqual([GET, GET, GET])
  })
})

describe('a repeated response head', () => {
  const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n'

  function readAnswers(asked: readonly [method: string, bytes: string][]): { heads: ResponseHead[]; bodies: string[] } {
    const heads: ResponseHead[] = []
    const bodies: string[] = []
    const decoder = new ResponseDecoder({
      onInformational: () => {},
      onHead: (head) => void heads.push(head),
      onBody: (chunk) => void bodies.push(chunk.toString('latin1')),
      onEnd: () => {},
      onError: (error) => {
        throw error
      },
    })
    for (const [method, bytes] of asked) {
      decoder.expect(method, false)
      decoder.write(Buffer.from(bytes, 'latin1'))
    }
    return { heads, bodies }
  }

  it('is the same object from the third time on, with the body that follows it', () => {
    const { heads, bodies } = readAnswers(['ab', 'cd', 'ef'].map((body) => ['GET', OK + body]))
    expect(heads[2]).toBe(heads[1])
    expect(bodies).toEqual(['ab', 'cd', 'ef'])
  })

  it('has no body when it answers HEAD, whatever it answered before', () => {
    const { heads, bodies } = readAnswers([
      ['GET', `${OK}ab`],
      ['GET', `${OK}cd`],
      ['HEAD', OK],
      ['GET', `${OK}ef`],
    ])
    expect(heads.map((head) => head.bodyless)).toEqual([false, false, true, false])
    expect(bodies).toEqual(['ab', 'cd', 'ef'])
  })
})

describe('HeadMemo', () => {
  it('stops remembering after 8 heads in a row that were new, for 64 heads', () => {
    const different = Array.from({ length: 10 }, (_, i) => GET.replace('/a', `/${i}`))
    const { heads } = readRequests([...different, ...Array.from({ length: 80 }, () => GET)])
    expect(heads[20]).toEqual(heads[19])
    expect(heads[20]).not.toBe(heads[19])
    expect(heads[89]).toBe(heads[88])
  })

  it('does not remember a head of more than 2 KiB', () => {
    const memo = new HeadMemo<string>()
    const large = Buffer.alloc(2049, 'a')
    memo.remember(large, 'first')
    memo.remember(large, 'second')
    expect(memo.lengthAt(large, 0)).toBe(0)
  })

  it('keeps a copy: what was read into again means nothing to it', () => {
    const memo = new HeadMemo<string>()
    const bytes = Buffer.from('head')
    memo.remember(bytes, 'first')
    memo.remember(bytes, 'second')
    bytes.fill('x')
    expect(memo.lengthAt(Buffer.from('a head'), 2)).toBe(4)
    expect(memo.head).toBe('second')
  })
})
