import * as z from 'zod'
import { kindOf } from './describe-issue.ts'
import { shown } from './shown.ts'

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}
const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy

/** The longest time that a Node timer can wait; a longer one would fire at once. */
export const maxTimerMs = 2_147_483_647

/**
 * Milliseconds of a duration as Go writes it: `10s`, `1h30m`, `1.5h`, `500ms`, `0`. `undefined` where the text is none.
 * Parts below a millisecond are rounded; a sign is refused, since no setting has a use for one.
 *
 * @see https://pkg.go.dev/time#ParseDuration
 */
export const parseDuration = (text: string): number | undefined => {
  if (text === '0') return 0
  let totalMs = 0
  let end = 0
  for (const match of text.matchAll(part)) {
    totalMs += Number(match[1]) * unitMs[match[2]!]!
    end = match.index + match[0].length
  }
  return end > 0 && end === text.length ? Math.round(totalMs) : undefined
}

/** The shortest exact spelling: `90000` as `1m30s`, `1500` as `1s500ms`, `0` as `0s`. */
export const formatDuration = (durationMs: number): string => {
  let text = ''
  let restMs = durationMs
  for (const unit of ['h', 'm', 's', 'ms']) {
    const count = Math.floor(restMs / unitMs[unit]!)
    restMs -= count * unitMs[unit]!
    if (count > 0) text += `${count}${unit}`
  }
  return text === '' ? '0s' : text
}

const expected = 'expected a duration with its unit, like 10s, 500ms or 1h30m'

/**
 * A setting that is a duration in the file and milliseconds in the program.
 * `minMs` is 0 and `maxMs` {@link maxTimerMs} unless given.
 */
export const durationSchema = (bounds: { minMs?: number; maxMs?: number } = {}) => {
  const { minMs = 0, maxMs = maxTimerMs } = bounds
  return z
    .union([z.string(), z.literal(0)], {
      error: ({ input }) => `${expected}, got ${typeof input === 'number' ? input : kindOf(input)}`,
    })
    .transform((value, context): number => {
      const text = String(value)
      const durationMs = parseDuration(text)
      if (durationMs === undefined) {
        context.issues.push({ code: 'custom', input: text, message: `${expected}, got ${shown(text)}` })
      } else if (durationMs < minMs) {
        const message = `${text} is less than the minimum ${formatDuration(minMs)}`
        context.issues.push({ code: 'custom', input: text, message })
      } else if (durationMs > maxMs) {
        const message = `${text} is more than the maximum ${formatDuration(maxMs)}`
        context.issues.push({ code: 'custom', input: text, message })
      }
      return durationMs ?? z.NEVER
    })
}
