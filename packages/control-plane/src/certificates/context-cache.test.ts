import { createSecureContext } from 'node:tls'
import { expect, test, vi } from 'vitest'
import { ContextCache } from './context-cache.ts'

const made = () => Promise.resolve(createSecureContext())
const failed = () => Promise.reject(new Error('cannot sign'))

test('makes a context once for all who ask while it is in the making', async () => {
  const cache = new ContextCache(10)
  const make = vi.fn(made)
  const [first, second] = await Promise.all([cache.get('a', make), cache.get('a', make)])
  expect(second).toBe(first)
  expect(await cache.get('a', make)).toBe(first)
  expect(make).toHaveBeenCalledOnce()
})

test('tells all who wait of a failure, and tries again for the next', async () => {
  const cache = new ContextCache(10)
  const both = [cache.get('a', failed), cache.get('a', made)]
  for (const waiting of both) await expect(waiting).rejects.toThrow('cannot sign')
  await expect(cache.get('a', made)).resolves.toBeDefined()
})

test('keeps what was made meanwhile when an older attempt fails', async () => {
  const cache = new ContextCache(10)
  const older = cache.get('a', failed)
  cache.clear()
  const newer = cache.get('a', made)
  await expect(older).rejects.toThrow('cannot sign')
  expect(cache.get('a', failed)).toBe(newer)
})

test('forgets the one unused for longest beyond its bound', async () => {
  const cache = new ContextCache(2)
  const a = cache.get('a', made)
  const b = cache.get('b', made)
  await cache.get('a', made)
  await cache.get('c', made)
  expect(cache.get('a', failed)).toBe(a)
  expect(cache.get('b', made)).not.toBe(b)
})
