import { RE2JS } from 're2js'
import { ActionError, type ActionErrorCode } from './action-error.ts'

/** A compiled pattern of RE2's syntax: matches in time linear in its input, whatever the pattern. */
export type Regex = RE2JS

/** The most instructions that a pattern compiles to. Reference §1.7 */
export const MAX_REGEX_INSTRUCTIONS = 10_000
/** The longest pattern, in UTF-16 units: counted before compiling, which takes time in it. */
export const MAX_REGEX_LENGTH = 8192

/**
 * @param code What to fail with: a pattern of the document is `ERR_TUNNEL_2261`, one that was interpolated has its action's own.
 * @throws ActionError with `code` if the pattern is not RE2 syntax, too long, or too large.
 */
export function compileRegex(pattern: string, code: ActionErrorCode = 'ERR_TUNNEL_2261'): Regex {
  if (pattern.length > MAX_REGEX_LENGTH)
    throw new ActionError(code, `pattern of ${pattern.length} characters exceeds the limit ${MAX_REGEX_LENGTH}`)
  let regex: RE2JS
  try {
    regex = RE2JS.compile(pattern)
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : 'unknown reason'
    throw new ActionError(code, `not a regular expression: ${why}`, { cause: error })
  }
  if (regex.programSize() > MAX_REGEX_INSTRUCTIONS)
    throw new ActionError(code, `pattern of ${regex.programSize()} instructions exceeds ${MAX_REGEX_INSTRUCTIONS}`)
  return regex
}
