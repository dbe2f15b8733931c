import { createHash } from 'node:crypto'
import type { HeaderList } from '@tunnel/http'
import { jsonFromValue } from './json-value.ts'

export interface RateLimitConfig {
  /** How many requests a bucket admits in the trailing window. 1 to 2,000,000,000. */
  capacity: number
  /** The window in milliseconds, a multiple of 10 s. */
  rateMs: number
  /** `false` counts and reports, and rejects nothing. */
  enforce: boolean
}

/** Where requests are counted. One that several edges share answers with a promise. */
export interface RateCounters {
  /**
   * Counts one request, unless the bucket is full.
   *
   * @param action Which action counts: a key of one never meets the same key of another.
   */
  take(action: string, key: string, limit: RateLimitConfig, nowMs: number): RateDecision | Promise<RateDecision>
}

export interface RateDecision {
  limited: boolean
  /** When a request can pass again; 0 if this one does. */
  retryAfterSeconds: number
}

export interface RateLimitResults {
  bucket_key: string
  limited: boolean
}

export interface RateLimitOutcome {
  /** Whether to answer 429 with `headers` and go no further. */
  reject: boolean
  headers: HeaderList
  results: RateLimitResults
}

/** Longer keys are counted under their hash, so that a visitor cannot make the counters large. */
const MAX_PLAIN_KEY_LENGTH = 256

/**
 * Names the bucket of a request: the tuple of its values. A value that failed to evaluate or is null is the empty string.
 *
 * @see Reference §7.1
 */
export function rateLimitBucket(name: string, values: readonly unknown[]): { bucketKey: string; counterKey: string } {
  const texts = values.map((value) => (typeof value === 'string' ? value : value == null ? '' : jsonFromValue(value)))
  const exact = JSON.stringify([name, ...texts])
  const counterKey = exact.length > MAX_PLAIN_KEY_LENGTH ? createHash('sha256').update(exact).digest('base64') : exact
  return { bucketKey: texts.join('|'), counterKey }
}

/** What a decision of the counters means for the request. Reference §4.16 */
export function rateLimitOutcome(
  { enforce }: RateLimitConfig,
  bucketKey: string,
  { limited, retryAfterSeconds }: RateDecision,
): RateLimitOutcome {
  return {
    reject: limited && enforce,
    headers: limited ? ['retry-after', String(retryAfterSeconds)] : [],
    results: { bucket_key: bucketKey, limited },
  }
}
