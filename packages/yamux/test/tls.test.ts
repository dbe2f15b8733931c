import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { Client, Server, type Stream } from '../src/index.ts'
import { tlsPair } from './socket-pairs.ts'

test('over TLS, where parts are joined in buffers that are used again, every stream carries its own bytes', async () => {
  const [near, far] = await tlsPair()
  const received = new Map<number, ReturnType<typeof createHash>>()
  let ended = 0
  const done = new Promise<void>((resolve) => {
    const server = new Server((stream: Stream) => {
      const hash = createHash('sha256')
      received.set(stream.id, hash)
      stream.on('data', (chunk: Buffer) => hash.update(chunk))
      stream.on('end', () => {
        stream.end()
        if (++ended === 20) resolve()
      })
    })
    server.attach(far)
  })
  const client = new Client()
  client.attach(near)
  const sent = new Map<number, string>()
  for (let i = 0; i < 20; i++) {
    const stream = client.open()
    stream.resume()
    const hash = createHash('sha256')
    for (let n = 0; n < 30; n++) {
      const chunk = Buffer.alloc(1000 + n * 1777, i * 31 + n)
      hash.update(chunk)
      stream.write(chunk)
    }
    stream.end()
    sent.set(stream.id, hash.digest('hex'))
  }
  await done
  for (const [id, digest] of sent) expect(received.get(id)?.digest('hex')).toBe(digest)
  await client.close()
})
