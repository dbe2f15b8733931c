import { CelError } from '../cel-error.ts'
import { pureFunctions } from '../define-functions.ts'
import { decodeJson, encodeJson } from '../json.ts'
import { assertTextLength } from '../limits.ts'
import { utf8Of } from '../text-of.ts'
import type { CelMap } from '../values.ts'

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

function encodeBase64(bytes: Uint8Array): string {
  assertTextLength(Math.ceil(bytes.length / 3) * 4)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}

/** Padding is required, as in Go's standard encoding. */
function decodeBase64(text: string): Buffer {
  if (!BASE64.test(text)) throw new CelError('text is not base64')
  return Buffer.from(text, 'base64')
}

function decodeBase64Text(text: string): string {
  const decoded = utf8Of(decodeBase64(text))
  if (decoded === undefined) throw new CelError('base64 does not hold UTF-8 text')
  return decoded
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const fromUtf8 = (text: string): Buffer => Buffer.from(text, 'utf8')

export const encodingFunctions = pureFunctions({
  'base64.encode(bytes): string': encodeBase64,
  'base64.encode(string): string': (text: string) => encodeBase64(fromUtf8(text)),
  'base64.decode(string): bytes': decodeBase64,
  'string.encodeBase64(): string': (text: string) => encodeBase64(fromUtf8(text)),
  'string.decodeBase64(): string': decodeBase64Text,
  'basic_auth.encode(string, string): string': (user: string, password: string) =>
    `Basic ${encodeBase64(fromUtf8(`${user}:${password}`))}`,
  'json.encode(list): string': encodeJson,
  'json.encode(map): string': (map: CelMap) => encodeJson(map),
  'list.encodeJson(): string': encodeJson,
  'map.encodeJson(): string': encodeJson,
  'json.decode(string): dyn': decodeJson,
  'string.decodeJson(): dyn': decodeJson,
  'string.isJson(): bool': isJson,
})
