import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { MAX_OWN_BUFFERS, SharedReads } from './shared-reads.ts'

const toClose: { destroy(): void }[] = []
afterEach(() => {
  for (const one of toClose.splice(0)) one.destroy()
})

/** Both ends of a real connection; the server's is not read yet. */
async function connection(): Promise<{ visitor: Socket; accepted: Socket }> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const [visitor, [accepted]] = await Promise.all([
    Promise.resolve(connect(port, '127.0.0.1')),
    once(server, 'connection') as Promise<[Socket]>,
  ])
  server.close()
  toClose.push(visitor, accepted)
  return { visitor, accepted }
}

/** Resolves when `socket` was read so often. */
function reads(socket: Socket, use: (reads: SharedReads, chunk: Buffer) => void) {
  let waiting: (() => void) | undefined
  const shared: SharedReads = new SharedReads(socket, (chunk) => {
    use(shared, chunk)
    waiting?.()
  })
  return { shared, next: () => new Promise<void>((resolve) => (waiting = resolve)) }
}

test('connections read into one buffer', async () => {
  const buffers: ArrayBufferLike[] = []
  for (let at = 0; at < 2; at++) {
    const { visitor, accepted } = await connection()
    const { next } = reads(accepted, (_, chunk) => buffers.push(chunk.buffer))
    for (let times = 0; times < 2; times++) {
      const read = next()
      visitor.write('ping')
      await read
    }
  }
  expect(buffers).toHaveLength(4)
  expect(new Set(buffers).size).toBe(1)
})

test('what is kept outlives what is read later, here and elsewhere', async () => {
  const kept: Buffer[] = []
  const one = await connection()
  const other = await connection()
  const first = reads(one.accepted, (shared, chunk) => kept.push(shared.keep(chunk)))
  const second = reads(other.accepted, () => {})
  for (const letter of ['a', 'b', 'c', 'd']) {
    const read = first.next()
    one.visitor.write(letter.repeat(40_000))
    await read
    const between = second.next()
    other.visitor.write('x'.repeat(65_536))
    await between
  }
  one.visitor.end()
  await once(one.accepted, 'end')
  expect(Buffer.concat(kept).toString()).toBe(['a', 'b', 'c', 'd'].map((letter) => letter.repeat(40_000)).join(''))
})

test('a large piece is kept by reference, a small one without the buffer that it came in', async () => {
  const kept: Buffer[] = []
  const { visitor, accepted } = await connection()
  const { next } = reads(accepted, (shared, chunk) => kept.push(shared.keep(chunk)))
  for (const bytes of [1, 1, 65_536]) {
    const read = next()
    visitor.write(Buffer.alloc(bytes))
    await read
  }
  expect(kept[1]!.buffer.byteLength).toBeLessThan(16_384)
  const large = kept.filter(({ length }) => length >= 16_384)
  expect(large.every(({ buffer }) => buffer.byteLength === 65_536)).toBe(true)
})

test('a stopped one leaves a socket that reads as any other, with what is put back', async () => {
  const { visitor, accepted } = await connection()
  const read = new Promise<Buffer>((resolve) => {
    const shared = new SharedReads(accepted, (chunk) => {
      shared.stop()
      accepted.pause()
      accepted.unshift(Buffer.from(chunk))
      resolve(Buffer.from(chunk))
    })
  })
  visitor.write('head')
  expect(`${await read}`).toBe('head')
  visitor.end('rest')
  const chunks: Buffer[] = []
  for await (const chunk of accepted) chunks.push(chunk as Buffer)
  expect(`${Buffer.concat(chunks)}`).toBe('headrest')
})

test('reads what was put back before it', async () => {
  const { visitor, accepted } = await connection()
  accepted.unshift(Buffer.from('before '))
  const chunks: string[] = []
  new SharedReads(accepted, (chunk) => chunks.push(`${chunk}`))
  visitor.end('after')
  await once(accepted, 'end')
  expect(chunks.join('')).toBe('before after')
})

test('holds back while the socket is paused', async () => {
  const { visitor, accepted } = await connection()
  const chunks: string[] = []
  const first = new Promise<void>((resolve) => {
    new SharedReads(accepted, (chunk) => {
      chunks.push(`${chunk}`)
      if (chunks.length > 1) return
      accepted.pause()
      resolve()
    })
  })
  visitor.write('one')
  await first
  visitor.end('two')
  // Its end has arrived as well by then, and would have been read with the rest.
  await once(visitor, 'finish')
  const other = await connection()
  other.visitor.write('ping')
  await once(other.accepted, 'data')
  expect(chunks).toEqual(['one'])
  accepted.resume()
  await once(accepted, 'end')
  expect(chunks).toEqual(['one', 'two'])
})

test('what a taker keeps stays as it is until all of its parts are free, and is read into again then', async () => {
  const { visitor, accepted } = await connection()
  const taken: { bytes: Buffer; onFree: (() => void) | undefined }[] = []
  const taker = { writeRequestBody: (bytes: Buffer, onFree?: () => void) => void taken.push({ bytes, onFree }) }
  const { next } = reads(accepted, (shared, chunk) => {
    const half = chunk.length >> 1
    shared.give(chunk.subarray(0, half), taker)
    shared.give(chunk.subarray(half), taker)
  })
  const send = async (letter: string): Promise<void> => {
    const read = next()
    visitor.write(letter.repeat(65_536))
    await read
  }
  const text = (): string => taken.map(({ bytes }) => `${bytes}`).join('')
  let sent = ''
  // The first read comes into the buffer of all, and what is taken of it is a copy.
  while (taken.length === 0 || taken.at(-1)?.onFree === undefined) {
    await send('a')
    sent = 'a'.repeat(Buffer.concat(taken.map(({ bytes }) => bytes)).length)
  }
  expect(text()).toBe(sent)

  const [one, other] = taken.slice(-2)
  const before = new Set(taken.map(({ bytes }) => bytes.buffer))
  one?.onFree?.()
  await send('b')
  expect(before.has(taken.at(-1)!.bytes.buffer)).toBe(false)
  expect(`${other?.bytes}`).toMatch(/^a+$/)
  other?.onFree?.()
  // Its place is that of the read after the next one.
  await send('c')
  await send('d')
  expect(taken.slice(-4).some(({ bytes }) => bytes.buffer === other?.bytes.buffer)).toBe(true)
})

test('a small read between two large ones leaves the second its place, several do not', async () => {
  const { visitor, accepted } = await connection()
  let wasKept: boolean | undefined
  const taker = {
    writeRequestBody: (_: Buffer, onFree?: () => void) => {
      wasKept = onFree !== undefined
      onFree?.()
    },
  }
  const { next } = reads(accepted, (shared, chunk) => shared.give(chunk, taker))
  const isKept = async (bytes: number): Promise<boolean | undefined> => {
    const read = next()
    visitor.write(Buffer.alloc(bytes))
    await read
    return wasKept
  }
  expect(await isKept(20_000)).toBe(false)
  expect(await isKept(20_000)).toBe(true)
  for (let times = 0; times < 3; times++) {
    expect(await isKept(9)).toBe(false)
    expect(await isKept(20_000)).toBe(true)
  }
  for (let times = 0; times < 3; times++) expect(await isKept(9)).toBe(false)
  expect(await isKept(20_000)).toBe(false)
  expect(await isKept(20_000)).toBe(true)
})

test('no more than MAX_OWN_BUFFERS connections have a buffer of their own; the others copy what is kept', async () => {
  const BYTES = 30_000
  async function keeping() {
    const { visitor, accepted } = await connection()
    let pieces: Buffer[] = []
    let wake = (): void => {}
    const shared: SharedReads = new SharedReads(accepted, (chunk) => {
      pieces.push(shared.keep(chunk))
      wake()
    })
    return {
      visitor,
      accepted,
      /** Whether a piece of what comes next is a part of the buffer that it was read into. */
      async isOwn(): Promise<boolean> {
        pieces = []
        visitor.write(Buffer.alloc(BYTES))
        const missing = (): boolean => pieces.reduce((sum, { length }) => sum + length, 0) < BYTES
        while (missing()) await new Promise<void>((resolve) => (wake = resolve))
        return pieces.some(({ buffer }) => buffer.byteLength === 65_536)
      },
    }
  }
  const all = await Promise.all(Array.from({ length: MAX_OWN_BUFFERS + 10 }, keeping))
  const [first, second] = [[], []] as boolean[][]
  for (const one of all) first?.push(await one.isOwn())
  for (const one of all) second?.push(await one.isOwn())
  expect(first?.includes(true)).toBe(false)
  expect(second?.filter(Boolean)).toHaveLength(MAX_OWN_BUFFERS)

  await once(all[0]!.accepted.destroy(), 'close')
  const late = all.at(-1)!
  await late.isOwn()
  expect(await late.isOwn()).toBe(true)
})
