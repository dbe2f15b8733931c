import { BoundedMap } from '../../actions/bounded-map.ts'
import { compileRegex, type Regex } from '../../actions/regex.ts'
import { CelError } from '../cel-error.ts'
import type { Overload } from '../compiled.ts'
import { pureFunctions } from '../define-functions.ts'

/** Patterns that requests gave are kept for the next one: compiling costs a thousand times as much as matching. */
const MAX_KEPT_PATTERNS = 256
const kept = new BoundedMap<string, Regex>(MAX_KEPT_PATTERNS)

export function regexOf(pattern: string): Regex {
  const known = kept.get(pattern)
  if (known) return known
  let regex: Regex
  try {
    regex = compileRegex(pattern)
  } catch (error) {
    throw new CelError(error instanceof Error ? error.message : String(error))
  }
  kept.set(pattern, regex)
  return regex
}

/** A search anywhere in the text, in time linear in it: RE2 syntax. */
const matches = (text: string, pattern: string): boolean => regexOf(pattern).test(text)

/** A pattern of the document is compiled with it. */
const prepare: Overload['prepare'] = ([, pattern]) => {
  if (typeof pattern?.value !== 'string') return undefined
  const regex = compileRegex(pattern.value)
  return (_scope, [text]) => regex.test(text as string)
}

export const regexFunctions: Overload[] = pureFunctions({
  'matches(string, string): bool': matches,
  'string.matches(string): bool': matches,
}).map((overload) => ({ ...overload, prepare }))
