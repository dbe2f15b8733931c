import { nameEvent } from './envelope.ts'
import type { TimePlaces } from './exchange-text.ts'
import type { ExchangeTimes } from './exchange-times.ts'
import type { LineBuffer } from './line-buffer.ts'
import { putFraction } from './timestamps.ts'

/** A line that was written, to be written again with another id and other milliseconds: all that is new of an exchange that repeats itself. */
export class LineTemplate {
  readonly #line: Buffer
  readonly #places: TimePlaces
  readonly #second: number

  /** `line`, of which a copy is kept, has times of this second alone. */
  constructor(line: Buffer, places: TimePlaces, second: number) {
    this.#line = Buffer.from(line)
    this.#places = places
    this.#second = second
  }

  /** `false`, and nothing is written: times are of another second. */
  put(lines: LineBuffer, times: ExchangeTimes): boolean {
    const second = this.#second
    if (!times.areOf(second)) return false
    const at = lines.length
    lines.bytes(this.#line)
    const { memory } = lines
    const { event, begun, requestEnd, firstByte, end } = this.#places
    const from = second * 1000
    nameEvent(lines, at)
    putFraction(memory, at + event, times.endMs - from)
    putFraction(memory, at + begun, times.begunMs - from)
    putFraction(memory, at + requestEnd, times.requestEndMs - from)
    putFraction(memory, at + firstByte, times.firstByteMs - from)
    putFraction(memory, at + end, times.endMs - from)
    return true
  }
}
