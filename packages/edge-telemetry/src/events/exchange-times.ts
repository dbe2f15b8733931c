import type { ExchangeRecord } from '@tunnel/edge'
import type { Timestamps } from './timestamps.ts'

/** When an exchange that was answered began and ended, in milliseconds since 1970. One object for one after the other. */
export class ExchangeTimes {
  begunMs = 0
  requestEndMs = 0
  firstByteMs = 0
  endMs = 0

  read({ startedAtMs, requestEndedAtMs, firstByteAtMs, endedAtMs }: ExchangeRecord, clock: Timestamps): void {
    this.begunMs = clock.epochMs(startedAtMs)
    this.requestEndMs = requestEndedAtMs === 0 ? this.begunMs : clock.epochMs(requestEndedAtMs)
    this.firstByteMs = clock.epochMs(firstByteAtMs)
    this.endMs = clock.epochMs(endedAtMs)
  }

  /** Whether all of it was in that second since 1970. */
  areOf(second: number): boolean {
    const from = second * 1000
    const to = from + 1000
    const { begunMs, requestEndMs, firstByteMs, endMs } = this
    if (begunMs < from || requestEndMs < from || firstByteMs < from || endMs < from) return false
    return begunMs < to && requestEndMs < to && firstByteMs < to && endMs < to
  }
}
