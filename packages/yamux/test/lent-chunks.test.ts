import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Client, Server, type Stream } from '../src/index.ts'
import { tcpPair, tlsPair } from './socket-pairs.ts'

const CHUNK_BYTES = 10_000
const STREAMS = 8
const CHUNKS = 200

/** Every byte tells whose it is, and which chunk's. */
const fillOf = (stream: number, chunk: number): number => (stream * 29 + chunk) & 0xff

describe.each([
  ['TCP', tcpPair],
  ['TLS', tlsPair],
] as const)('over %s', (_name, pair) => {
  test('what is written again as soon as it is free arrives as it was, also beside streams that are reset', async () => {
    const received = new Map<number, Buffer[]>()
    const ended: Promise<unknown>[] = []
    const [near, far] = await pair()
    const server = new Server((stream: Stream) => {
      stream.on('error', () => {})
      stream.on('end', () => stream.end())
      const chunks: Buffer[] = []
      received.set(stream.id, chunks)
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      ended.push(once(stream, 'close').catch(() => {}))
    }).attach(far)
    const client = new Client().attach(near)
    onTestFinished(() => {
      client.abort()
      server.abort()
    })

    const free: Buffer[] = []
    let made = 0
    const newBuffer = (): Buffer => {
      made++
      return Buffer.alloc(CHUNK_BYTES)
    }
    async function send(seed: number): Promise<Stream> {
      const stream = client.open()
      stream.on('error', () => {})
      for (let at = 0; at < CHUNKS && !stream.destroyed; at++) {
        const buffer = free.pop() ?? newBuffer()
        buffer.fill(fillOf(seed, at))
        const hasRoom = stream.send(buffer, () => {
          buffer.fill(0xff)
          free.push(buffer)
        })
        if (!hasRoom) await once(stream, 'drain')
        // Half of the bytes of each fourth one are on their way then.
        if (seed % 4 === 0 && at === CHUNKS / 2) stream.destroy()
      }
      stream.end()
      return stream
    }
    const streams = await Promise.all(Array.from({ length: STREAMS }, (_, seed) => send(seed)))
    await Promise.all(ended)

    const wrong = streams.filter((stream, seed) => {
      const bytes = Buffer.concat(received.get(stream.id) ?? [])
      if (seed % 4 !== 0 && bytes.length !== CHUNKS * CHUNK_BYTES) return true
      return bytes.some((byte, at) => byte !== fillOf(seed, Math.floor(at / CHUNK_BYTES)))
    })
    expect(wrong).toEqual([])
    // Far fewer than were sent, or nothing was used again.
    expect(made).toBeLessThan((STREAMS * CHUNKS) / 4)
  })
})
