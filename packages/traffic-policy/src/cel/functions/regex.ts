import { BoundedMap } from '../../actions/bounded-map.ts'
import { compileRegex, type Regex } from '../../actions/regex.ts'
import { CelError } from '../cel-error.ts'
import type { Overload } from '../compiled.ts'
import { scopedFunctions } from '../define-functions.ts'
import { type Scope, spend } from '../scope.ts'

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

/** A search anywhere in the text. It pays by the text's length and the pattern's size, which its time is linear in. */
function search(scope: Scope, regex: Regex, text: string): boolean {
  spend(scope, (text.length * regex.programSize()) >> 6)
  return regex.test(text)
}

/** A pattern of the document is compiled with it. */
const prepare: Overload['prepare'] = ([, pattern]) => {
  if (typeof pattern?.value !== 'string') return undefined
  const regex = compileRegex(pattern.value)
  return (scope, [text]) => search(scope, regex, text as string)
}

const matches = (scope: Scope, text: string, pattern: string): boolean => search(scope, regexOf(pattern), text)

export const regexFunctions: Overload[] = scopedFunctions({
  'matches(string, string): bool': matches,
  'string.matches(string): bool': matches,
}).map((overload) => ({ ...overload, isPure: true, prepare }))
