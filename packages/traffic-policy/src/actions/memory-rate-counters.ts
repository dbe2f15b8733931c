import { BoundedMap } from './bounded-map.ts'
import type { RateCounters, RateDecision, RateLimitConfig } from './rate-limit.ts'

export interface MemoryRateCountersOptions {
  /**
   * How many buckets an action keeps; beyond it the one unused longest starts anew.
   *
   * @default 100_000
   */
  maxBucketsPerAction?: number
  /**
   * How many buckets all actions keep together; beyond it the action unused longest loses its.
   *
   * @default 500_000
   */
  maxBuckets?: number
  /**
   * How many actions have buckets; beyond it the one unused longest loses them.
   *
   * @default 10_000
   */
  maxActions?: number
}

/** Counters that answer at once. */
export interface MemoryRateCounters extends RateCounters {
  take(action: string, key: string, limit: RateLimitConfig, nowMs: number): RateDecision
}

/** Requests are counted in slots of this length. */
const SLOT_MS = 10_000

/** Slot starts and their counts, oldest first, and the sum of the counts. */
interface Bucket {
  slots: { start: number; count: number }[]
  admitted: number
  usedAt: number
}

/**
 * Counts on this edge, in memory: a sliding window of 10 s slots. Only admitted requests count.
 *
 * @see Reference §7.1
 */
export function createMemoryRateCounters(options: MemoryRateCountersOptions = {}): MemoryRateCounters {
  const { maxBucketsPerAction = 100_000, maxBuckets = 500_000, maxActions = 10_000 } = options
  const actions = new BoundedMap<string, BoundedMap<string, Bucket>>(maxActions)
  let total = 0

  const bucketsOf = (action: string) => {
    const known = actions.get(action)
    if (known !== undefined) return known
    const made = new BoundedMap<string, Bucket>(maxBucketsPerAction)
    total -= actions.set(action, made)?.size ?? 0
    return made
  }
  const bucketOf = (buckets: BoundedMap<string, Bucket>, key: string, nowMs: number) => {
    const known = buckets.get(key)
    if (known !== undefined) return known
    const made = { slots: [], admitted: 0, usedAt: nowMs }
    if (buckets.set(key, made) === undefined) total++
    while (total > maxBuckets && actions.size > 1) {
      const [action, unused] = actions.oldest()!
      actions.delete(action)
      total -= unused.size
    }
    return made
  }
  return {
    take(action, key, limit, nowMs) {
      const buckets = bucketsOf(action)
      total -= forgetIdle(buckets, nowMs - limit.rateMs)
      return takeOne(bucketOf(buckets, key, nowMs), limit, nowMs)
    },
  }
}

/** Two for each one that can come: buckets of visitors who left do not stay until the limit. Gives how many it forgot. */
function forgetIdle(buckets: BoundedMap<string, Bucket>, usedBefore: number): number {
  for (let forgotten = 0; forgotten < 2; forgotten++) {
    const oldest = buckets.oldest()
    if (oldest === undefined || oldest[1].usedAt > usedBefore) return forgotten
    buckets.delete(oldest[0])
  }
  return 2
}

function takeOne(bucket: Bucket, { capacity, rateMs }: RateLimitConfig, nowMs: number): RateDecision {
  const { slots } = bucket
  let expired = 0
  while (expired < slots.length && slots[expired]!.start <= nowMs - rateMs) bucket.admitted -= slots[expired++]!.count
  if (expired > 0) slots.splice(0, expired)
  bucket.usedAt = Math.max(bucket.usedAt, nowMs)
  if (bucket.admitted >= capacity) {
    const freeInMs = slots[0]!.start + rateMs - nowMs
    return { limited: true, retryAfterSeconds: Math.min(Math.max(Math.ceil(freeInMs / 1000), 1), rateMs / 1000) }
  }
  const last = slots.at(-1)
  // A clock that was set back counts into the last slot: slots stay in order.
  const start = Math.floor(nowMs / SLOT_MS) * SLOT_MS
  if (last !== undefined && last.start >= start) last.count++
  else slots.push({ start, count: 1 })
  bucket.admitted++
  return { limited: false, retryAfterSeconds: 0 }
}
