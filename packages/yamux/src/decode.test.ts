import { cutAt, cutEveryByte } from '@tunnel/testkit'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Decoder } from './decode.ts'

interface Seen {
  type: number
  flags: number
  streamId: number
  length: number
  payload: string
}

function decode(chunks: Buffer[]): Seen[] {
  const seen: Seen[] = []
  const decoder = new Decoder({
    onFrame: (type, flags, streamId, length) => seen.push({ type, flags, streamId, length, payload: '' }),
    onPayload: (piece) => {
      seen.at(-1)!.payload += piece.toString('hex')
    },
  })
  for (const chunk of chunks) decoder.push(chunk)
  return seen
}

function frame(
  type: number,
  flags: number,
  streamId: number,
  length: number,
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const header = Buffer.alloc(12)
  header.writeUInt8(type, 1)
  header.writeUInt16BE(flags, 2)
  header.writeUInt32BE(streamId, 4)
  header.writeUInt32BE(length, 8)
  return Buffer.concat([header, payload])
}

const data = fc
  .record({ flags: fc.integer({ min: 0, max: 15 }), streamId: fc.nat(), payload: fc.uint8Array({ maxLength: 40 }) })
  .map(({ flags, streamId, payload }) => frame(0, flags, streamId, payload.length, payload))
const control = fc
  .record({ type: fc.integer({ min: 1, max: 3 }), flags: fc.integer({ min: 0, max: 15 }), length: fc.nat(0xffff_ffff) })
  .map(({ type, flags, length }) => frame(type, flags, 7, length))

test('sees the same frames however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(data, control), { minLength: 1 }), fc.array(fc.nat(400)), (frames, cuts) => {
      const bytes = Buffer.concat(frames)
      const whole = decode([bytes])
      expect(whole).toHaveLength(frames.length)
      expect(decode(cutAt(bytes, cuts))).toEqual(whole)
      expect(decode(cutEveryByte(bytes))).toEqual(whole)
    }),
  )
})

test('hands payload on as it arrives, without copying it', () => {
  const pieces: Array<[Buffer, number]> = []
  const decoder = new Decoder({ onFrame: () => {}, onPayload: (piece, left) => pieces.push([piece, left]) })
  const chunk = frame(0, 0, 1, 10, Buffer.from('abcd'))
  decoder.push(chunk)
  expect(decoder.isInsideFrame).toBe(true)
  decoder.push(Buffer.from('efghij'))
  expect(decoder.isInsideFrame).toBe(false)
  expect(pieces.map(([piece, left]) => [piece.toString(), left])).toEqual([
    ['abcd', 6],
    ['efghij', 0],
  ])
  expect(pieces[0]![0].buffer).toBe(chunk.buffer)
})

test('is inside a frame after half a header', () => {
  const decoder = new Decoder({ onFrame: () => {}, onPayload: () => {} })
  decoder.push(frame(2, 1, 0, 5).subarray(0, 7))
  expect(decoder.isInsideFrame).toBe(true)
  decoder.push(frame(2, 1, 0, 5).subarray(7))
  expect(decoder.isInsideFrame).toBe(false)
})

test.each([
  ['version 1 is not 0', Buffer.of(1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0)],
  ['frame type 4 is above 3', frame(4, 0, 1, 0)],
])('refuses %s', (message, bytes) => {
  expect(() => decode([bytes])).toThrow(message)
  expect(() => decode(cutEveryByte(bytes))).toThrow(message)
})

test('ignores the rest of a chunk once stopped', () => {
  let frames = 0
  const decoder = new Decoder({
    onFrame: () => {
      frames++
      decoder.stop()
    },
    onPayload: () => {},
  })
  decoder.push(Buffer.concat([frame(2, 1, 0, 1), frame(2, 1, 0, 2)]))
  decoder.push(frame(2, 1, 0, 3))
  expect(frames).toBe(1)
})
