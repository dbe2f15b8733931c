import { ActionError, type ActionErrorCode } from './action-error.ts'
import type { Regex } from './regex.ts'

/**
 * The most work of one search, which nothing can interrupt: bytes to look at, times 100 and one for each instruction of the pattern; of a
 * pattern that is plain text, the bytes alone. A unit took 2 to 7 ns on the reference machine, so that the longest search is one of
 * about a second: 2.4 MiB for a short pattern, 850 KiB for one of 200 instructions.
 */
export const MAX_SEARCH_WORK = 256 * 1024 * 1024
/** The longest time of all searches of one replacement, in milliseconds, measured between them. */
export const MAX_REPLACE_MS = 5_000
/** After so many milliseconds a long replacement lets others run. */
export const TURN_MS = 10

/** What one search of one byte costs a pattern that is no plain text, whatever its size. */
const BYTE_WORK = 100

export interface SearchLimits {
  /** @default 268_435_456 */
  readonly maxSearchWork?: number
  /** @default 5_000 */
  readonly maxReplaceMs?: number
  /** Milliseconds from any point. @default performance.now */
  readonly now?: () => number
}

/** Keeps one replacement within its limits. */
export interface SearchBudget {
  /** @throws ActionError before a search of so many bytes that would be too much. */
  begin(bytes: number): void
  /**
   * Whether others should run now.
   *
   * @throws ActionError when the time of the replacement is up.
   */
  isTurnOver(): boolean
}

export function createSearchBudget(
  regex: Regex,
  code: ActionErrorCode,
  { maxSearchWork = MAX_SEARCH_WORK, maxReplaceMs = MAX_REPLACE_MS, now = () => performance.now() }: SearchLimits,
): SearchBudget {
  const unit = isPlainText(regex.pattern()) ? 1 : BYTE_WORK + regex.programSize()
  const startedAt = now()
  let turnAt = startedAt
  return {
    begin(bytes) {
      if (bytes * unit <= maxSearchWork) return
      const search = `searching ${bytes} bytes for a pattern of ${regex.programSize()} instructions`
      throw new ActionError(code, `${search} is work of ${bytes * unit}, which exceeds the limit ${maxSearchWork}`)
    },
    isTurnOver() {
      const at = now()
      if (at - startedAt > maxReplaceMs)
        throw new ActionError(code, `replacing took longer than the limit of ${maxReplaceMs} ms`)
      if (at - turnAt < TURN_MS) return false
      turnAt = at
      return true
    },
  }
}

/** Such a pattern is found as text is, a hundred times as fast. */
function isPlainText(pattern: string): boolean {
  return /^(?:[^\\.+*?()|[\]{}^$]|\\[^A-Za-z0-9])+$/.test(pattern)
}
