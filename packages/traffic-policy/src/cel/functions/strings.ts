import { CelError } from '../cel-error.ts'
import { pureFunctions } from '../define-functions.ts'
import { indexOf as toIndex } from '../integers.ts'
import { assertTextLength } from '../limits.ts'
import { formatText } from './format.ts'
import { lower, upper } from './letter-case.ts'
import { wellFormed } from './well-formed.ts'

const SURROGATE = /[\ud800-\udfff]/

/** Positions are code points; text without surrogates, which is most, is indexed as it is. */
const pointsOf = (text: string): string | string[] => (SURROGATE.test(text) ? Array.from(text) : text)

const pointCount = (text: string): number => pointsOf(text).length

function slice(text: string, from: number, to: number): string {
  const points = pointsOf(text)
  return typeof points === 'string' ? points.slice(from, to) : points.slice(from, to).join('')
}

function assertPosition(at: number, length: number): number {
  if (at < 0 || at > length) throw new CelError(`position is outside the text of ${length} characters`)
  return at
}

function charAt(text: string, index: bigint): string {
  const at = assertPosition(toIndex(index), pointCount(text))
  return slice(text, at, at + 1)
}

function substring(text: string, from: bigint, to?: bigint): string {
  const length = pointCount(text)
  const start = assertPosition(toIndex(from), length)
  const end = to === undefined ? length : assertPosition(toIndex(to), length)
  if (end < start) throw new CelError(`end ${end} of a substring is before its start ${start}`)
  return slice(text, start, end)
}

function indexOf(text: string, wanted: string, from = 0n): bigint {
  const at = assertPosition(toIndex(from), pointCount(text))
  const found = text.indexOf(wanted, slice(text, 0, at).length)
  return BigInt(found < 0 ? -1 : pointCount(text.slice(0, found)))
}

function lastIndexOf(text: string, wanted: string, from?: bigint): bigint {
  const length = pointCount(text)
  const at = from === undefined ? length : assertPosition(toIndex(from), length)
  const found = text.lastIndexOf(wanted, slice(text, 0, at).length)
  return BigInt(found < 0 ? -1 : pointCount(text.slice(0, found)))
}

/** A negative limit is none. */
function replace(text: string, from: string, to: string, limit = -1n): string {
  const pieces = from === '' ? ['', ...Array.from(text), ''] : text.split(from)
  const count = limit < 0n || limit > BigInt(pieces.length) ? pieces.length - 1 : Number(limit)
  assertTextLength(text.length + Math.min(count, pieces.length - 1) * Math.max(0, to.length - from.length))
  if (count >= pieces.length - 1) return pieces.join(to)
  return (
    pieces.slice(0, count + 1).join(to) + (count < pieces.length - 1 ? from : '') + pieces.slice(count + 1).join(from)
  )
}

/** With a limit the rest is dropped, unlike in cel-go. Reference §10, 12 */
function split(text: string, separator: string, limit = -1n): string[] {
  const parts = separator === '' ? Array.from(text) : text.split(separator)
  return limit < 0n ? parts : parts.slice(0, toIndex(limit) < 0 ? undefined : toIndex(limit))
}

const SPACE = new Set(
  '\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000',
)

/** Unicode's white space, which has U+0085 and not U+FEFF: the other way round than `trim()`. */
function trim(text: string): string {
  let from = 0
  let to = text.length
  while (from < to && SPACE.has(text[from]!)) from++
  while (to > from && SPACE.has(text[to - 1]!)) to--
  return text.slice(from, to)
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
}

const quote = (text: string): string =>
  `"${wellFormed(text).replace(/["\\\p{Cc}]/gu, (found) => ESCAPES[found] ?? found)}"`

export const stringFunctions = pureFunctions({
  'size(string): int': (text: string) => BigInt(pointCount(text)),
  'string.size(): int': (text: string) => BigInt(pointCount(text)),
  'string.startsWith(string): bool': (text: string, wanted: string) => text.startsWith(wanted),
  'string.endsWith(string): bool': (text: string, wanted: string) => text.endsWith(wanted),
  'string.contains(string): bool': (text: string, wanted: string) => text.includes(wanted),
  'string.charAt(int): string': charAt,
  'string.indexOf(string): int': indexOf,
  'string.indexOf(string, int): int': indexOf,
  'string.lastIndexOf(string): int': lastIndexOf,
  'string.lastIndexOf(string, int): int': lastIndexOf,
  'string.substring(int): string': substring,
  'string.substring(int, int): string': substring,
  'string.replace(string, string): string': replace,
  'string.replace(string, string, int): string': replace,
  'string.split(): list<string>': (text: string) =>
    trim(text)
      .split(/\s+/)
      .filter((part) => part !== ''),
  'string.split(string): list<string>': split,
  'string.split(string, int): list<string>': split,
  'string.format(list): string': formatText,
  'string.lower(): string': lower,
  'string.upper(): string': upper,
  'string.lowerAscii(): string': (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
  'string.upperAscii(): string': (text: string) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()),
  'string.trim(): string': trim,
  'string.reverse(): string': (text: string) => Array.from(text).reverse().join(''),
  'strings.quote(string): string': quote,
})
