import type { CaptureMessage } from '../../../src/contract.ts'

/** One column of the timeline: how much went each way in that time. */
export interface Bucket {
  readonly request: number
  readonly response: number
}

/** Bytes over time, in so many columns of the same length. */
export function timelineBuckets(
  messages: readonly CaptureMessage[],
  columns: number,
): { buckets: Bucket[]; lengthMs: number } {
  const timed = messages.filter((message) => message.atMs !== null)
  const lengthMs = Math.max(1, ...timed.map(({ atMs }) => atMs ?? 0))
  const buckets = Array.from({ length: columns }, () => ({ request: 0, response: 0 }))
  for (const { atMs, direction, bytes } of timed) {
    const bucket = buckets[Math.min(columns - 1, Math.floor(((atMs ?? 0) / lengthMs) * columns))]
    if (bucket) bucket[direction] += bytes
  }
  return { buckets, lengthMs }
}
