import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Decoder } from '../src/decode.ts'
import { writeHeader } from '../src/encode.ts'
import type { Stream } from '../src/index.ts'
import { serverWithRawPeer, settle } from './sessions.ts'

interface Vectors {
  frames: Array<{
    name: string
    hex: string
    type: number
    flags: number
    streamId: number
    length: number
    payload: string
  }>
  conversations: Array<{ name: string; sent: string[]; answered: string[] }>
}
const vectors = JSON.parse(readFileSync(new URL('./vectors.json', import.meta.url), 'utf8')) as Vectors

test.each(vectors.frames)('$name is encoded as it should be', ({ hex, type, flags, streamId, length, payload }) => {
  const header = Buffer.alloc(12)
  writeHeader(new DataView(header.buffer, header.byteOffset), 0, type, flags, streamId, length)
  expect(header.toString('hex') + payload).toBe(hex)
})

test.each(vectors.frames)('$name is decoded as it should be', ({ hex, type, flags, streamId, length, payload }) => {
  const seen: unknown[] = []
  const decoder = new Decoder({
    onFrame: (...header) => seen.push(header),
    onPayload: (piece, left) => seen.push(piece.toString('hex'), left),
  })
  decoder.push(Buffer.from(hex, 'hex'))
  expect(seen).toEqual([[type, flags, streamId, length], ...(payload ? [payload, 0] : [])])
})

test.each(vectors.conversations)('$name', async ({ sent, answered }) => {
  const echo = (stream: Stream) => {
    stream.on('data', (chunk: Buffer) => stream.end(chunk))
  }
  const { peer } = serverWithRawPeer({ onStream: echo })
  peer.send(...sent.map((hex) => Buffer.from(hex, 'hex')))
  await peer.until(() => peer.writes.length > 0)
  await settle()
  expect(Buffer.concat(peer.writes).toString('hex')).toBe(answered.join(''))
})
