/** The characters that framing is made of, and tables of what each byte may be part of. A table holds 1 for each member. */
export const HTAB = 0x09
export const LF = 0x0a
export const CR = 0x0d
export const SP = 0x20
export const QUOTE = 0x22
export const COMMA = 0x2c
export const COLON = 0x3a
export const SEMICOLON = 0x3b
export const EQUALS = 0x3d
export const BACKSLASH = 0x5c

const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** tchar: methods, field names, chunk extension names. RFC 9110 §5.6.2 */
export const TOKEN = tableOf(`!#$%&'*+-.^_\`|~${ALPHANUMERIC}`)

/** HTAB, SP, VCHAR and obs-text: field values and reason phrases. RFC 9110 §5.5 */
export const FIELD_VALUE = tableOf('\t', [0x20, 0x7e], [0x80, 0xff])

/** Visible ASCII without `#`: wider than a URI, since browsers send `|`, `"` and braces as they are. */
export const TARGET = tableOf('', [0x21, 0x22], [0x24, 0x7e])

/** What a quoted chunk extension value holds besides escapes. RFC 9110 §5.6.4 */
export const QUOTED_TEXT = tableOf('\t !', [0x23, 0x5b], [0x5d, 0x7e], [0x80, 0xff])

/** A DNS name or an IPv4 address, with the underscore that real names have. */
export const HOST_NAME = tableOf(`-._${ALPHANUMERIC}`)

export const IPV6 = tableOf(':.0123456789ABCDEFabcdef')

/** The value of a hex digit, or 255. */
export const HEX_VALUE = new Uint8Array(256).fill(255)
for (let value = 0; value < 16; value++) {
  const digit = value.toString(16)
  HEX_VALUE[digit.charCodeAt(0)] = value
  HEX_VALUE[digit.toUpperCase().charCodeAt(0)] = value
}

/** Where the first byte that is not in the table is, or `end`. Four at a time: measured twice as fast as one, and heads are mostly this. */
export function skip(table: Uint8Array, bytes: Uint8Array, from: number, end: number): number {
  const last = end - 3
  let at = from
  while (
    at < last &&
    (table[bytes[at]!]! & table[bytes[at + 1]!]! & table[bytes[at + 2]!]! & table[bytes[at + 3]!]!) === 1
  ) {
    at += 4
  }
  while (at < end && table[bytes[at]!] === 1) at++
  return at
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}

/** Whether each character is in the table; a character above U+00FF is in none. */
export function consistsOf(table: Uint8Array, text: string, from = 0, to = text.length): boolean {
  for (let at = from; at < to; at++) if (table[text.charCodeAt(at)] !== 1) return false
  return true
}

function tableOf(characters: string, ...ranges: [first: number, last: number][]): Uint8Array {
  const table = new Uint8Array(256)
  for (const character of characters) table[character.charCodeAt(0)] = 1
  for (const [first, last] of ranges) table.fill(1, first, last + 1)
  return table
}
