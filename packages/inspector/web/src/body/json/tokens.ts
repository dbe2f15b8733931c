export type JsonTokenKind = 'string' | 'number' | 'literal' | '{' | '}' | '[' | ']' | ',' | ':' | 'broken'

export interface JsonToken {
  readonly kind: JsonTokenKind
  readonly start: number
  readonly end: number
  /** Of a broken token: what is wrong in it, and where. */
  readonly broken?: { readonly at: number; readonly why: string }
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const numberLike = /[-+.\w]+/y
const word = /[\w$]+/y
const notWhite = /[^ \t\r\n]/g
const literals = ['true', 'false', 'null']

/** All tokens of a text, valid JSON or not: what no token begins with is a broken one, and reading goes on behind it. */
export function jsonTokens(text: string): JsonToken[] {
  const tokens: JsonToken[] = []
  for (let at = nextAt(text, 0); at < text.length; at = nextAt(text, at)) {
    const token = tokenAt(text, at)
    tokens.push(token)
    at = token.end
  }
  return tokens
}

function nextAt(text: string, at: number): number {
  notWhite.lastIndex = at
  return notWhite.exec(text)?.index ?? text.length
}

function tokenAt(text: string, start: number): JsonToken {
  const first = text.charAt(start)
  if ('{}[],:'.includes(first)) return { kind: first as JsonTokenKind, start, end: start + 1 }
  if (first === '"') return stringAt(text, start)
  if (first === '-' || (first >= '0' && first <= '9')) return numberAt(text, start)
  return wordAt(text, start)
}

function stringAt(text: string, start: number): JsonToken {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) return { kind: 'string', start, end: at + 1 }
    if (code < 0x20) return broken(start, lineEnd(text, at), at, 'in string literal')
    if (code !== 0x5c) continue
    const escaped = /^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(text.slice(at + 1, at + 6))
    if (!escaped && at + 1 < text.length)
      return broken(start, closingQuote(text, at + 1), at + 1, 'in string escape code')
    at += escaped?.[0].length ?? 0
  }
  return broken(start, text.length, text.length, 'in string literal')
}

function numberAt(text: string, start: number): JsonToken {
  number.lastIndex = start
  const end = start + (number.exec(text)?.[0].length ?? 0)
  // `1.`, `-x` and `1e` are broken numbers; `12abc` is a number and then something that may not follow it.
  if (end > start && !/[.eE]/.test(text.charAt(end))) return { kind: 'number', start, end }
  numberLike.lastIndex = start
  const all = start + (numberLike.exec(text)?.[0].length ?? 1)
  return broken(start, all, Math.min(end > start ? end + 1 : start + 1, text.length), 'in numeric literal')
}

function wordAt(text: string, start: number): JsonToken {
  word.lastIndex = start
  const found = word.exec(text)?.[0] ?? String.fromCodePoint(text.codePointAt(start) ?? 0)
  const literal = literals.find((one) => found.startsWith(one))
  if (literal) return { kind: 'literal', start, end: start + literal.length }
  const end = start + found.length
  const meant = literals.find((one) => one.charAt(0) === found.charAt(0))
  if (!meant) return broken(start, end, start, '')
  const same = Array.from(meant).findIndex((character, index) => found.charAt(index) !== character)
  return broken(start, end, start + same, `in literal ${meant} (expecting '${meant.charAt(same)}')`)
}

const broken = (start: number, end: number, at: number, why: string): JsonToken => ({
  kind: 'broken',
  start,
  end,
  broken: { at, why },
})

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : Math.max(end, at)
}

function closingQuote(text: string, at: number): number {
  const line = lineEnd(text, at)
  const quote = text.indexOf('"', at + 1)
  return quote === -1 || quote > line ? line : quote + 1
}
