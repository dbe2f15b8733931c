import { once } from 'node:events'
import { expect, test } from 'vitest'
import type { Stream } from '../src/index.ts'
import { sessionPair, settle } from './sessions.ts'

/** A stream, and what its peer has read of it. */
async function openPair() {
  const { client, accepted } = sessionPair()
  const stream = client.open()
  stream.send(Buffer.from('<'))
  await settle()
  const peer = accepted[0] as Stream
  let text = ''
  let ended = false
  const onData = (chunk: Buffer): void => {
    text += chunk
  }
  peer.readInto({ onData, onEnd: () => (ended = true) })
  return { stream, peer, text: () => text, ended: () => ended }
}

test('send, write and end keep their order', async () => {
  const { stream, text, ended } = await openPair()
  stream.send(Buffer.from('a'))
  stream.write('b')
  stream.write('c')
  stream.send(Buffer.from('d'))
  stream.end('e')
  expect(stream.send(Buffer.from('never'))).toBe(false)
  await settle()
  await settle()
  expect(text()).toBe('<abcde')
  expect(ended()).toBe(true)
})

test('send asks to wait when the window is closed and the queue is full, and says when it is empty', async () => {
  const { stream, peer, text } = await openPair()
  peer.pause()
  const block = Buffer.alloc(256 * 1024, 'x')
  stream.send(block)
  await settle()
  // The window took all of it but the byte that came before.
  expect(stream.send(block)).toBe(false)
  const drained = once(stream, 'drain')
  peer.resume()
  await drained
  await settle()
  expect(text()).toHaveLength(1 + 2 * block.length)
})

test('the end waits for what the closed window holds back', async () => {
  const { stream, peer, text, ended } = await openPair()
  peer.pause()
  const block = Buffer.alloc(256 * 1024, 'x')
  stream.send(block)
  stream.send(block)
  stream.end()
  await settle()
  expect(ended()).toBe(false)
  peer.resume()
  await settle()
  await settle()
  expect(text()).toHaveLength(1 + 2 * block.length)
  expect(ended()).toBe(true)
})

test('a destroyed stream takes nothing more', async () => {
  const { stream } = await openPair()
  stream.destroy()
  expect(stream.send(Buffer.from('x'))).toBe(false)
})

test('says that a chunk is free once it has left whole, and not before', async () => {
  const { stream, peer, text } = await openPair()
  peer.pause()
  const free: string[] = []
  stream.send(Buffer.alloc(200_000, 'a'), () => free.push('a'))
  stream.send(Buffer.alloc(100_000, 'b'), () => free.push('b'))
  stream.send(Buffer.alloc(100_000, 'c'))
  stream.send(Buffer.alloc(10, 'd'), () => free.push('d'))
  await settle()
  expect(free).toEqual(['a'])
  peer.resume()
  await settle()
  await settle()
  expect(free).toEqual(['a', 'b', 'd'])
  expect(text()).toHaveLength(1 + 400_010)
})

test('a chunk that a write callback sends is not free before it has left', async () => {
  const { stream, peer } = await openPair()
  peer.pause()
  const free: string[] = []
  // The window takes 262,143 bytes more: all of the first, which calls back while its frame is made, and the beginning of the second.
  stream.write(Buffer.alloc(200_000, 'a'), () => stream.send(Buffer.alloc(100_000, 'b'), () => free.push('b')))
  await settle()
  expect(stream.bytesWritten).toBe(262_144)
  expect(free).toEqual([])
  peer.resume()
  await settle()
  await settle()
  expect(free).toEqual(['b'])
})

test('says nothing of what a destroyed stream has not sent', async () => {
  const { stream, peer } = await openPair()
  peer.pause()
  let isFree = false
  stream.send(Buffer.alloc(300_000, 'a'), () => (isFree = true))
  await settle()
  stream.destroy()
  await settle()
  expect(isFree).toBe(false)
})
