/** `000Z` to `999Z` */
const FRACTIONS = Array.from({ length: 1000 }, (_, ms) => `${String(ms).padStart(3, '0')}Z`)

/** Of `2026-01-02T03:04:05.678Z` */
export const TIMESTAMP_LENGTH = 24
const FRACTION_AT = 20

/** Times of records, which are on the clock of `performance.now()`, as RFC 3339. Most are of the same few seconds, which are formatted once. */
export class Timestamps {
  #offsetMs = 0
  #second = Number.NaN
  #prefix = ''

  /** Reads both clocks. The other one is set now and then, so an offset is good for a moment only. */
  synchronize(): void {
    this.#offsetMs = Date.now() - performance.now()
  }

  /** Milliseconds since 1970. */
  epochMs(recordMs: number): number {
    return Math.round(recordMs + this.#offsetMs)
  }

  /** `2026-01-02T03:04:05.678Z` */
  at(recordMs: number): string {
    const epochMs = this.epochMs(recordMs)
    const second = Math.floor(epochMs / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#prefix = new Date(second * 1000).toISOString().slice(0, FRACTION_AT)
    }
    return this.#prefix + (FRACTIONS[epochMs - second * 1000] as string)
  }
}

/** Writes the milliseconds, 0 to 999, of a timestamp that begins at `at`. */
export function putFraction(bytes: Uint8Array, at: number, ms: number): void {
  const hundreds = Math.floor(ms / 100)
  const tens = Math.floor(ms / 10)
  bytes[at + FRACTION_AT] = 0x30 + hundreds
  bytes[at + FRACTION_AT + 1] = 0x30 + tens - hundreds * 10
  bytes[at + FRACTION_AT + 2] = 0x30 + ms - tens * 10
}
