import { cutAt, cutEveryByte } from '@tunnel/testkit'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  encodeStreamHeader,
  encodeStreamRefused,
  MAX_STREAM_HEADER_BYTES,
  STREAM_ACCEPTED,
  type StreamHeader,
  StreamHeaderDecoder,
  StreamReplyDecoder,
  TunnelError,
} from './index.ts'

const header: StreamHeader = { endpointId: 'ep_1', protocol: 'http', visitorAddress: '203.0.113.7:40000' }
const body = Buffer.from('GET / HTTP/1.1\r\n')
const refusal = new TunnelError(8012, 'connection refused (127.0.0.1:8080)')

/** Feeds pieces until the decoder answers; the rest of the pieces belong to what follows. */
function feed<T extends { rest: Buffer }>(decoder: { write(chunk: Buffer): T | undefined }, pieces: Buffer[]) {
  for (const [index, piece] of pieces.entries()) {
    const found = decoder.write(piece)
    if (found) return { ...found, rest: Buffer.concat([found.rest, ...pieces.slice(index + 1)]) }
  }
  return undefined
}

const prefixed = (lead: number[], text: string): Buffer => {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from([...lead, bytes.length >> 8, bytes.length & 255]), bytes])
}

test('finds the header and the bytes after it over any cuts', () => {
  const bytes = Buffer.concat([encodeStreamHeader(header), body])
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
      expect(feed(new StreamHeaderDecoder(), cutAt(bytes, cuts))).toEqual({ header, rest: body })
    }),
  )
})

test('finds the refusal over any cuts', () => {
  const bytes = Buffer.concat([encodeStreamRefused(refusal), body])
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
      expect(feed(new StreamReplyDecoder(), cutAt(bytes, cuts))).toEqual({ refused: refusal, rest: body })
    }),
  )
})

test('finds the acceptance and the bytes after it', () => {
  expect(new StreamReplyDecoder().write(Buffer.concat([STREAM_ACCEPTED, body]))).toEqual({ rest: body })
})

test('waits for the rest of a header or a reply, also after an empty chunk', () => {
  const cut = (bytes: Buffer) => [Buffer.alloc(0), ...cutEveryByte(bytes).slice(0, -1)]
  expect(feed(new StreamHeaderDecoder(), cut(encodeStreamHeader(header)))).toBeUndefined()
  expect(feed(new StreamReplyDecoder(), cut(encodeStreamRefused(refusal)))).toBeUndefined()
})

test('keeps what the edge says of the TLS that it terminated', () => {
  const withTls = { ...header, tls: { serverName: 'a.example', version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' } }
  expect(new StreamHeaderDecoder().write(encodeStreamHeader(withTls))?.header).toEqual(withTls)
})

test('refuses to encode a header that is larger than the peer takes', () => {
  const large = { ...header, endpointId: 'x'.repeat(MAX_STREAM_HEADER_BYTES) }
  expect(() => encodeStreamHeader(large)).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_812' }))
})

test('cuts the message of a refusal so that it always fits', () => {
  // A control character is the widest there is in JSON: six bytes.
  const bytes = encodeStreamRefused(new TunnelError(8012, '\u0001'.repeat(100_000)))
  expect(new StreamReplyDecoder().write(bytes)?.refused?.message).toBe('\u0001'.repeat(1024))
})

test.each([
  ['a length beyond the limit', Buffer.from([0xff, 0xff]), 812],
  ['text that is not JSON', prefixed([], 'hello'), 801],
  ['a JSON array', prefixed([], '[]'), 801],
  ['an empty body', Buffer.from([0, 0]), 801],
  ['a missing field', prefixed([], JSON.stringify({ ...header, endpointId: undefined })), 801],
  ['an unknown protocol', prefixed([], JSON.stringify({ ...header, protocol: 'udp' })), 801],
  ['a field of the wrong type', prefixed([], JSON.stringify({ ...header, visitorAddress: 7 })), 801],
])('refuses a stream header with %s', (_what, bytes, number) => {
  expect(() => new StreamHeaderDecoder().write(bytes)).toThrow(
    expect.objectContaining({ code: `ERR_TUNNEL_${number}` }),
  )
})

test.each([
  ['a first byte that is neither 0 nor 1', Buffer.of(2), 801],
  ['a length beyond the limit', Buffer.from([1, 0xff, 0xff]), 812],
  ['text that is not JSON', prefixed([1], '{'), 801],
  ['a JSON string', prefixed([1], '"no"'), 801],
  ['a code of another system', prefixed([1], '{"code":"EPERM","message":"","retryable":true}'), 801],
])('refuses a stream reply with %s', (_what, bytes, number) => {
  expect(() => new StreamReplyDecoder().write(bytes)).toThrow(expect.objectContaining({ code: `ERR_TUNNEL_${number}` }))
})
