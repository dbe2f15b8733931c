import { isUtf8 } from 'node:buffer'
import { InspectorError } from '../errors.ts'

/** What a body is searched for, in RE2's syntax: in time linear in the body, whatever the pattern. */
export interface RedactionExpression {
  pattern: string
  /** In place of all that it matches, as it is: there are no references to groups. @default '[redacted]' */
  replacement?: string | undefined
}

const expressionLimits = {
  /** In one set of rules. */
  maxExpressions: 100,
  /** Of a pattern, in characters: counted before compiling, which takes time in it. */
  maxPatternLength: 1024,
  /** That a pattern compiles to. */
  maxInstructions: 10_000,
  maxReplacementLength: 256,
  /** Of a body that is searched: the engine reads some megabytes a second, and bytes wait meanwhile. A larger body is not stored. */
  maxSearchedBytes: 262_144,
  /** By which replacements may make a body longer; one that becomes longer still is not stored. */
  maxGrowthBytes: 262_144,
}

/** `undefined`: it may not be stored. */
export type ReplaceMatches = (body: Buffer) => Buffer | undefined

/** Rejects with `ERR_INSPECTOR_REDACTION`. Loads the engine, which nobody needs who has no such rules. */
export async function compileExpressions(
  expressions: readonly (string | RedactionExpression)[],
  standard: string,
): Promise<ReplaceMatches> {
  const { maxExpressions } = expressionLimits
  if (expressions.length > maxExpressions)
    throw wrong(`${expressions.length} expressions exceed the limit ${maxExpressions}`)
  const { RE2JS } = await import('re2js')
  const compiled = expressions.map((one) => {
    const { pattern, replacement = standard } = typeof one === 'string' ? { pattern: one } : one
    assertLength('pattern', pattern, expressionLimits.maxPatternLength)
    assertLength('replacement', replacement, expressionLimits.maxReplacementLength)
    try {
      const regex = RE2JS.compile(pattern)
      const size = regex.programSize()
      if (size <= expressionLimits.maxInstructions) return { regex, replacement }
      throw wrong(`a pattern of ${size} instructions exceeds the limit ${expressionLimits.maxInstructions}`)
    } catch (cause) {
      if (cause instanceof InspectorError) throw cause
      throw wrong(`${JSON.stringify(pattern)} is no expression of RE2: ${(cause as Error).message}`, cause)
    }
  })
  return (body) => {
    if (body.length > expressionLimits.maxSearchedBytes) return undefined
    const encoding = isUtf8(body) ? 'utf8' : 'latin1'
    let text = body.toString(encoding)
    const maxLength = text.length + expressionLimits.maxGrowthBytes
    for (const { regex, replacement } of compiled) {
      text = replaced(text, regex.matcher(text), replacement)
      if (text.length > maxLength) return undefined
    }
    return Buffer.from(text, encoding)
  }
}

interface Matcher {
  find(): boolean
  start(): number
  end(): number
}

/** Matches of nothing are none: there would be one before every character. */
function replaced(text: string, matcher: Matcher, replacement: string): string {
  let result = ''
  let from = 0
  while (matcher.find()) {
    if (matcher.end() === matcher.start()) continue
    result += text.slice(from, matcher.start()) + replacement
    from = matcher.end()
  }
  return from === 0 ? text : result + text.slice(from)
}

function assertLength(what: string, text: string, max: number): void {
  if (text.length > max) throw wrong(`a ${what} of ${text.length} characters exceeds the limit ${max}`)
}

function wrong(message: string, cause?: unknown): InspectorError {
  return new InspectorError('ERR_INSPECTOR_REDACTION', message, { cause })
}
