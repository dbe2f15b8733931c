import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMemoryRateCounters } from './memory-rate-counters.ts'
import { type RateLimitConfig, rateLimitBucket, rateLimitOutcome } from './rate-limit.ts'

const limit: RateLimitConfig = { capacity: 10, rateMs: 60_000, enforce: true }

function limiter(config = limit, options = {}) {
  const counters = createMemoryRateCounters(options)
  return (nowMs: number, key = 'k', action = 'a') => counters.take(action, key, config, nowMs)
}

test('admits a burst of the capacity, and no more', () => {
  const take = limiter()
  for (let count = 0; count < 10; count++) expect(take(5000)).toEqual({ limited: false, retryAfterSeconds: 0 })
  expect(take(5000)).toEqual({ limited: true, retryAfterSeconds: 55 })
})

test('admits the capacity again after a whole window of silence', () => {
  const take = limiter()
  for (let count = 0; count < 11; count++) take(9999)
  expect(take(59_999).limited).toBe(true)
  for (let count = 0; count < 10; count++) expect(take(69_999).limited).toBe(false)
  expect(take(69_999).limited).toBe(true)
})

test('frees a slot when it leaves the window, and counts only what it admitted', () => {
  const take = limiter()
  for (let count = 0; count < 6; count++) take(0)
  for (let count = 0; count < 100; count++) take(30_000)
  expect(take(59_999)).toEqual({ limited: true, retryAfterSeconds: 1 })
  for (let count = 0; count < 6; count++) expect(take(60_000).limited).toBe(false)
  expect(take(60_000)).toEqual({ limited: true, retryAfterSeconds: 30 })
})

test('keeps keys and actions apart', () => {
  const take = limiter({ ...limit, capacity: 1 })
  expect([take(0), take(0, 'other'), take(0, 'k', 'other')].map(({ limited }) => limited)).toEqual([
    false,
    false,
    false,
  ])
  expect([take(0), take(0, 'other'), take(0, 'k', 'other')].map(({ limited }) => limited)).toEqual([true, true, true])
})

test('admits no more than the capacity in the slots of a window, whatever the times', () => {
  const step = fc.tuple(fc.nat({ max: 40_000 }), fc.integer({ min: 1, max: 5 }))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const take = limiter({ ...limit, capacity: 7 })
      const admitted: number[] = []
      let now = 1_000_000
      for (const [moved, requests] of steps) {
        now += moved
        for (let count = 0; count < requests; count++) {
          const { limited, retryAfterSeconds } = take(now)
          expect(retryAfterSeconds).toBeLessThanOrEqual(60)
          if (!limited) admitted.push(now)
        }
      }
      const slotStart = (at: number) => Math.floor(at / 10_000) * 10_000
      for (const at of admitted) {
        const inWindow = admitted.filter((one) => slotStart(one) > at - 60_000 && one <= at)
        expect(inWindow.length).toBeLessThanOrEqual(7)
      }
    }),
  )
})

test('a clock that is set back frees nothing', () => {
  const take = limiter({ ...limit, capacity: 2 })
  take(100_000)
  take(40_000)
  expect(take(100_000).limited).toBe(true)
  expect(take(40_000).retryAfterSeconds).toBe(60)
  expect(take(160_000).limited).toBe(false)
})

test('forgets the bucket unused longest beyond the limit', () => {
  const take = limiter({ ...limit, capacity: 1 }, { maxBucketsPerAction: 2 })
  for (const key of ['one', 'two', 'three']) take(0, key)
  expect(take(0, 'three').limited).toBe(true)
  expect(take(0, 'two').limited).toBe(true)
  expect(take(0, 'one').limited).toBe(false)
})

test('forgets the buckets of the action unused longest beyond the limit', () => {
  const take = limiter({ ...limit, capacity: 1 }, { maxActions: 1 })
  take(0, 'k', 'one')
  take(0, 'k', 'two')
  expect(take(0, 'k', 'two').limited).toBe(true)
  expect(take(0, 'k', 'one').limited).toBe(false)
})

test('forgets the buckets of the action unused longest when all together are too many', () => {
  const take = limiter({ ...limit, capacity: 1 }, { maxBuckets: 3 })
  for (const [key, action] of [
    ['1', 'one'],
    ['2', 'one'],
    ['1', 'two'],
    ['2', 'two'],
  ] as const)
    take(0, key, action)
  expect(take(0, '1', 'two').limited).toBe(true)
  expect(take(0, '2', 'two').limited).toBe(true)
  expect(take(0, '1', 'one').limited).toBe(false)
})

test('forgets buckets that were not used for a window, so that they do not count', () => {
  const take = limiter({ ...limit, capacity: 1 }, { maxBuckets: 2 })
  take(0, '1', 'one')
  take(0, '2', 'one')
  take(60_000, '3', 'one')
  take(60_000, '1', 'two')
  expect(take(60_000, '3', 'one').limited).toBe(true)
})

test('names a bucket by its values, so that no two tuples are one', () => {
  expect(rateLimitBucket('n', ['a', null, undefined, ['x', 5n], 2]).bucketKey).toBe('a|||["x",5]|2')
  const one = rateLimitBucket('n', ['a|b', 'c'])
  const other = rateLimitBucket('n', ['a', 'b|c'])
  expect(one.bucketKey).toBe(other.bucketKey)
  expect(one.counterKey).not.toBe(other.counterKey)
  expect(rateLimitBucket('n', ['x'.repeat(10_000)]).counterKey).toHaveLength(44)
})

test('rejects with retry-after only where it is enforced', () => {
  const full = { limited: true, retryAfterSeconds: 7 }
  const results = { bucket_key: 'k', limited: true }
  expect(rateLimitOutcome(limit, 'k', full)).toEqual({ reject: true, headers: ['retry-after', '7'], results })
  expect(rateLimitOutcome({ ...limit, enforce: false }, 'k', full)).toMatchObject({ reject: false, results })
  const free = { limited: false, retryAfterSeconds: 0 }
  expect(rateLimitOutcome(limit, 'k', free)).toEqual({
    reject: false,
    headers: [],
    results: { bucket_key: 'k', limited: false },
  })
})
