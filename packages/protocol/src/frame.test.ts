import { cutAt, cutEveryByte } from '@tunnel/testkit'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AgentMessage, encodeMessage, MAX_HELLO_BYTES, MAX_MESSAGE_BYTES, MessageDecoder } from './index.ts'

function decodeAll(pieces: Iterable<Buffer>, maxBytes?: number) {
  const values: unknown[] = []
  const decoder = new MessageDecoder((value) => values.push(value), maxBytes)
  for (const piece of pieces) decoder.write(piece)
  return { values, bufferedBytes: decoder.bufferedBytes }
}

const framed = (text: string | Buffer): Buffer => {
  const body = Buffer.from(text as string)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

const anyMessage = fc
  .record({ type: fc.string(), id: fc.nat(), text: fc.string({ unit: 'grapheme' }), more: fc.jsonValue() })
  // `JSON.stringify` turns -0 into 0.
  .map((message) => JSON.parse(JSON.stringify(message)) as AgentMessage)

test('gives back the messages of a stream, in order, over any cuts', () => {
  fc.assert(
    fc.property(fc.array(anyMessage), fc.array(fc.nat(5000)), (messages, cuts) => {
      const bytes = Buffer.concat(messages.map(encodeMessage))
      expect(decodeAll(cutAt(bytes, cuts))).toEqual({ values: messages, bufferedBytes: 0 })
    }),
  )
})

test('gives back the messages of a stream that arrives byte by byte', () => {
  fc.assert(
    fc.property(fc.array(anyMessage, { maxLength: 4 }), (messages) => {
      const bytes = Buffer.concat(messages.map(encodeMessage))
      expect(decodeAll(cutEveryByte(bytes)).values).toEqual(messages)
    }),
    { numRuns: 30 },
  )
})

test('says how many bytes of an unfinished message it holds', () => {
  const bytes = encodeMessage({ type: 'done', id: 1 })
  for (let end = 0; end < bytes.length; end++) {
    expect(decodeAll([bytes.subarray(0, end)])).toEqual({ values: [], bufferedBytes: end })
  }
})

test('does not change with the buffers it was given', () => {
  const chunk = encodeMessage({ type: 'done', id: 1 })
  const values: unknown[] = []
  const decoder = new MessageDecoder((value) => values.push(value))
  const head = Buffer.from(chunk.subarray(0, 10))
  decoder.write(head)
  head.fill(0)
  decoder.write(chunk.subarray(10))
  expect(values).toEqual([{ type: 'done', id: 1 }])
})

test('takes a message of exactly the limit and none above it', () => {
  const text = (bytes: number) => `{"type":"${'x'.repeat(bytes - 11)}"}`
  expect(decodeAll([framed(text(100))], 100).values).toHaveLength(1)
  expect(() => decodeAll([framed(text(101))], 100)).toThrow('message of 101 bytes exceeds 100')
})

test('refuses a message by its length alone, before any of its body', () => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(MAX_MESSAGE_BYTES + 1)
  expect(() => decodeAll([length])).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_812' }))
  expect(() => decodeAll([Buffer.from('ffffffff', 'hex')])).toThrow('message of 4294967295 bytes exceeds 1048576')
})

test('takes longer messages once the limit is raised, also within one chunk', () => {
  const large: AgentMessage = { type: 'unbind', id: 1, endpointId: 'x'.repeat(MAX_HELLO_BYTES) }
  const seen: string[] = []
  const decoder = new MessageDecoder((value) => {
    seen.push(String(value.type))
    decoder.maxBytes = MAX_MESSAGE_BYTES
  }, MAX_HELLO_BYTES)
  decoder.write(Buffer.concat([encodeMessage({ type: 'done', id: 0 }), encodeMessage(large)]))
  expect(seen).toEqual(['done', 'unbind'])
})

test('refuses to encode a message that is larger than the peer takes', () => {
  const large: AgentMessage = { type: 'unbind', id: 1, endpointId: 'x'.repeat(MAX_MESSAGE_BYTES) }
  expect(() => encodeMessage(large)).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_812' }))
})

test.each([
  ['no body', ''],
  ['text that is not JSON', 'hello'],
  ['half a JSON object', '{"type":'],
  ['two JSON objects', '{}{}'],
  ['a JSON array', '[{"type":"hello"}]'],
  ['a JSON string', '"hello"'],
  ['a JSON number', '7'],
  ['null', 'null'],
  ['bytes that are not UTF-8', Buffer.from('7b22ff', 'hex')],
  // An engine may parse any depth or give up (V8 parses it); it is refused as an array either way.
  ['arrays nested half a million deep', '['.repeat(500_000) + ']'.repeat(500_000)],
])('refuses %s', (_what, body) => {
  expect(() => decodeAll([framed(body)])).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_801' }))
})

test('does not repeat what it could not read: it may be an authtoken', () => {
  const secret = 's3cr3t'
  const error = caught(() => decodeAll([framed(`{"authtoken":${secret}}`)]))
  expect(String(error.stack) + JSON.stringify(error) + String(error.cause)).not.toContain(secret)
})

function caught(run: () => unknown): Error {
  try {
    run()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}
