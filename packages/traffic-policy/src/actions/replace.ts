import { ActionError, type ActionErrorCode } from './action-error.ts'
import { createGrowingBuffer } from './growing-buffer.ts'
import type { Regex } from './regex.ts'
import { parseReplacement } from './replacement.ts'
import { createSearchBudget, type SearchLimits } from './search-limits.ts'

/** How many matches a replacement reports in its result variables; the others are replaced all the same. */
export const MAX_REPORTED_MATCHES = 100
/** How much of a match is reported, in bytes. */
export const MAX_REPORTED_MATCH_BYTES = 1024
/** After a gap of this many bytes between matches, a look whether there is another one is cheaper than looking for it. */
const SPARSE_BYTES = 512

export interface ReplaceOptions extends SearchLimits {
  regex: Regex
  /** The replacement, with `$1`, `${1}`, `$name` and `$$`. */
  to: string
  /** The most bytes that the result may have. */
  maxOutputBytes: number
  /** What to fail with beyond it. */
  code: ActionErrorCode
}

export interface Replaced {
  /** The input itself if nothing matched. */
  output: Buffer
  /** What matched, the first of them, each cut at a limit. */
  matches: string[]
}

/**
 * Replaces all matches in bytes that are UTF-8 for the most part; a byte that is not is one character and stays.
 * As in Go, an empty match right after another match is none.
 *
 * @throws ActionError with `options.code` if the output would be larger than `maxOutputBytes`, or a search exceeds its limits.
 */
export function replaceAll(input: Buffer, options: ReplaceOptions): Replaced {
  const steps = replaceSteps(input, options)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** As `replaceAll`, with turns of the event loop for others: before it, and between its searches while they are long. */
export async function replaceAllInTurns(input: Buffer, options: ReplaceOptions): Promise<Replaced> {
  const steps = replaceSteps(input, options)
  await new Promise((resolve) => setImmediate(resolve))
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** As `replaceAll`, on text. */
export function replaceAllInText(text: string, options: ReplaceOptions): { output: string; matches: string[] } {
  if (!options.regex.test(text)) return { output: text, matches: [] }
  const { output, matches } = replaceAll(Buffer.from(text, 'utf8'), options)
  return { output: matches.length === 0 ? text : output.toString('utf8'), matches }
}

function* replaceSteps(input: Buffer, options: ReplaceOptions): Generator<undefined, Replaced, undefined> {
  const { regex, to, maxOutputBytes, code } = options
  const replacement = parseReplacement(to, regex)
  const matcher = regex.matcher(input)
  const matches: string[] = []
  const output = createGrowingBuffer(input.length, maxOutputBytes)
  let copied = 0
  let lastEnd = -1
  const budget = createSearchBudget(regex, code, options)
  const append = (source: Buffer, start: number, end: number) => {
    if (!output.append(source, start, end))
      throw new ActionError(code, `replaced content exceeds the limit of ${maxOutputBytes} bytes`)
  }
  const isThereAnother = () => {
    if (gap >= SPARSE_BYTES && !hasMatchFrom(regex, input, copied)) return false
    budget.begin(input.length - copied)
    return matcher.find()
  }
  let gap = input.length
  while (isThereAnother()) {
    const start = matcher.start()
    gap = start - copied
    const end = matcher.end()
    if (start === end && start === lastEnd) continue
    lastEnd = end
    if (matches.length < MAX_REPORTED_MATCHES) matches.push(reported(input, start, end))
    append(input, copied, start)
    for (const part of replacement) {
      if (typeof part !== 'number') append(part, 0, part.length)
      else if (matcher.start(part) >= 0) append(input, matcher.start(part), matcher.end(part))
    }
    copied = end
    if (budget.isTurnOver()) yield
  }
  if (matches.length === 0) return { output: input, matches }
  append(input, copied, input.length)
  return { output: output.take(), matches }
}

/**
 * Whether there can be a match at `from` or after it: never `false` if there is one. `find` simulates the pattern's automaton, `test` runs it as
 * a table, five to fifteen times as fast; in a body without a match, or with none in its long tail, that is most of the time.
 * With the byte before `from`, since `\b` looks at it.
 */
function hasMatchFrom(regex: Regex, input: Buffer, from: number): boolean {
  return regex.test(from === 0 ? input : input.subarray(from - 1))
}

function reported(input: Buffer, start: number, end: number): string {
  return input.toString('utf8', start, Math.min(end, start + MAX_REPORTED_MATCH_BYTES))
}
