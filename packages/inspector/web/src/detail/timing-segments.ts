import type { Timings } from '../../../src/contract.ts'

export interface Segment {
  readonly name: string
  readonly startMs: number
  readonly endMs: number
}

/** What took how long, from the arrival of the request head. Parts that are not known, or took no time, are left out. */
export function timingSegments({ queueMs, connectMs, requestEndMs, firstByteMs, totalMs }: Timings): Segment[] {
  const connectAt = queueMs ?? 0
  const sentAt = connectAt + (connectMs ?? 0)
  const segments: (Segment | false)[] = [
    { name: 'Waiting for a connection', startMs: 0, endMs: connectAt },
    { name: 'Connecting', startMs: connectAt, endMs: sentAt },
    requestEndMs !== null && { name: 'Request', startMs: 0, endMs: requestEndMs },
    firstByteMs !== null && { name: 'Upstream', startMs: sentAt, endMs: firstByteMs },
    firstByteMs !== null && totalMs !== null && { name: 'Response', startMs: firstByteMs, endMs: totalMs },
  ]
  return segments.filter((segment) => segment !== false).filter(({ startMs, endMs }) => endMs > startMs)
}
