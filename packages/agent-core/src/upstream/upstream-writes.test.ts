import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { UpstreamWrites } from './upstream-writes.ts'

/** Keeps every write call apart, by reference; calls back when it is told to. */
function upstream() {
  const writes: Buffer[] = []
  const held: (() => void)[] = []
  let isEnded = false
  const socket = new Duplex({
    read() {},
    write(chunk, _encoding, callback) {
      writes.push(chunk)
      held.push(callback)
    },
    final(callback) {
      isEnded = true
      callback()
    },
  })
  return {
    socket: socket as Socket,
    writes,
    isEnded: () => isEnded,
    release: (): void => {
      for (let callback = held.shift(); callback; callback = held.shift()) callback()
    },
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('writes a small chunk at once, as a copy', () => {
  const { socket, writes } = upstream()
  const chunk = Buffer.from('GET / HTTP/1.1')
  new UpstreamWrites(socket, () => {}).write(chunk)
  chunk.fill('x')
  expect(writes.map(String)).toEqual(['GET / HTTP/1.1'])
})

test('the pieces of a large one leave in one write, which keeps none of them', async () => {
  const { socket, writes } = upstream()
  const out = new UpstreamWrites(socket, () => {})
  const buffer = Buffer.alloc(16_000)
  for (const letter of ['a', 'b', 'c']) out.write(buffer.fill(letter))
  // Small, but behind them.
  out.write(Buffer.from('end'))
  buffer.fill('x')
  expect(writes).toEqual([])
  await nextTurn()
  expect(writes.map(String)).toEqual([`${'a'.repeat(16_000)}${'b'.repeat(16_000)}${'c'.repeat(16_000)}end`])
})

test('does not wait with more than 128 KiB', () => {
  const { socket, writes } = upstream()
  const out = new UpstreamWrites(socket, () => {})
  for (let at = 0; at < 9; at++) out.write(Buffer.alloc(16_000))
  expect(writes.map(({ length }) => length)).toEqual([144_000])
})

test('says when the upstream takes no more, at once or at the end of the turn', async () => {
  const { socket } = upstream()
  let full = 0
  const out = new UpstreamWrites(socket, () => full++)
  for (let at = 0; at < 16; at++) out.write(Buffer.alloc(16_000))
  expect(full).toBe(0)
  out.write(Buffer.alloc(16_000))
  await nextTurn()
  expect(full).toBe(1)
  out.write(Buffer.from('small'))
  expect(full).toBe(2)
})

test('ends after what it had gathered', async () => {
  const { socket, writes, isEnded, release } = upstream()
  const out = new UpstreamWrites(socket, () => {})
  out.write(Buffer.alloc(16_000, 'a'))
  out.end()
  expect(writes.map(({ length }) => length)).toEqual([16_000])
  release()
  await nextTurn()
  expect(isEnded()).toBe(true)
})

test('leaves an upstream alone that is gone by the end of the turn', async () => {
  const { socket, writes } = upstream()
  const out = new UpstreamWrites(socket, () => {})
  out.write(Buffer.alloc(16_000, 'a'))
  socket.destroy()
  await nextTurn()
  expect(writes).toEqual([])
})
