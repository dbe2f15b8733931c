import type { JsonToken } from './tokens.ts'

/** Where a JSON text stops being one. `token` is the index of the token that may not stand there; its length is past the last. */
export interface JsonProblem {
  readonly token: number
  readonly at: number
  readonly message: string
}

/** What may come next, in the words that name it when something else does. */
type Expectation =
  | 'looking for beginning of value'
  | 'looking for beginning of object key string'
  | 'after object key'
  | 'after object key:value pair'
  | 'after array element'
  | 'after top-level value'

const VALUES = new Set(['string', 'number', 'literal', '{', '['])

/** The first thing in a text that JSON (RFC 8259) does not allow. Nesting costs no stack. */
export function jsonProblem(text: string, tokens: readonly JsonToken[]): JsonProblem | undefined {
  const open: ('{' | '[')[] = []
  let expected: Expectation = 'looking for beginning of value'
  let mayClose = false
  for (const [index, token] of tokens.entries()) {
    const why = refusal(token, expected, mayClose)
    if (why !== undefined) {
      const at = token.broken && why === token.broken.why ? token.broken.at : token.start
      return { token: index, at, message: messageFor(text, at, why) }
    }
    mayClose = token.kind === '{' || token.kind === '['
    if (token.kind === '{' || token.kind === '[') open.push(token.kind)
    if (token.kind === '}' || token.kind === ']') open.pop()
    expected = next(token, expected, open.at(-1))
  }
  if (expected === 'after top-level value') return undefined
  return { token: tokens.length, at: text.length, message: 'unexpected end of JSON input' }
}

/** Why this token may not stand here, if it may not. */
function refusal(token: JsonToken, expected: Expectation, mayClose: boolean): Expectation | string | undefined {
  if (token.kind === 'broken') return brokenBelongs(token, expected) ? token.broken?.why || expected : expected
  const allowed = {
    'looking for beginning of value': VALUES.has(token.kind) || (mayClose && token.kind === ']'),
    'looking for beginning of object key string': token.kind === 'string' || (mayClose && token.kind === '}'),
    'after object key': token.kind === ':',
    'after object key:value pair': token.kind === ',' || token.kind === '}',
    'after array element': token.kind === ',' || token.kind === ']',
    'after top-level value': false,
  }
  return allowed[expected] ? undefined : expected
}

/** Whether a broken token is at least of the kind that is expected, so that what is broken in it is the news. */
function brokenBelongs(token: JsonToken, expected: Expectation): boolean {
  if (expected === 'looking for beginning of value') return true
  return expected === 'looking for beginning of object key string' && token.broken?.why.includes('string') === true
}

function next(token: JsonToken, before: Expectation, inside: '{' | '[' | undefined): Expectation {
  if (token.kind === '{') return 'looking for beginning of object key string'
  if (token.kind === '[' || token.kind === ':') return 'looking for beginning of value'
  if (token.kind === ',')
    return inside === '{' ? 'looking for beginning of object key string' : 'looking for beginning of value'
  if (before === 'looking for beginning of object key string' && token.kind === 'string') return 'after object key'
  if (inside === undefined) return 'after top-level value'
  return inside === '{' ? 'after object key:value pair' : 'after array element'
}

function messageFor(text: string, at: number, why: string): string {
  if (at >= text.length) return 'unexpected end of JSON input'
  return `invalid character ${quoted(String.fromCodePoint(text.codePointAt(at) ?? 0))} ${why}`
}

function quoted(character: string): string {
  if (character === "'") return `'\\''`
  return /[\p{C}\p{Z}]/u.test(character) ? `'${JSON.stringify(character).slice(1, -1)}'` : `'${character}'`
}
