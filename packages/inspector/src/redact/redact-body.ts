import type { HeaderList } from '@tunnel/http'
import { mediaType } from '../store/capture-kind.ts'
import type { ReplaceMatches } from './expressions.ts'
import { redactJson } from './redact-json.ts'
import { type TextPattern, textPatterns } from './text-patterns.ts'

export interface BodyRules {
  readonly json: readonly string[]
  readonly texts: readonly string[]
  readonly patterns: readonly TextPattern[]
  readonly replaceMatches: ReplaceMatches | undefined
}

export const REPLACEMENT = '[redacted]'

/** The body without what the rules name; `undefined` where that cannot be told. Bytes that are no text keep their value. */
export function redactBody(body: Buffer, headers: HeaderList, rules: BodyRules): Buffer | undefined {
  let text = body.toString('latin1')
  if (rules.json.length > 0 && /[/+]json$/.test(mediaType(headers))) {
    const redacted = redactJson(body.toString('utf8'), rules.json)
    if (redacted === undefined) return undefined
    text = Buffer.from(redacted).toString('latin1')
  }
  for (const secret of rules.texts) {
    if (secret !== '') text = text.replaceAll(Buffer.from(secret).toString('latin1'), REPLACEMENT)
  }
  for (const name of rules.patterns) text = text.replace(textPatterns[name], REPLACEMENT)
  const bytes = Buffer.from(text, 'latin1')
  return rules.replaceMatches ? rules.replaceMatches(bytes) : bytes
}
