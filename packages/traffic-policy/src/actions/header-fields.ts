import type { HeaderList } from '@tunnel/http'

/** Whether a field name is `expected`, which is in lower case. */
export function isField(name: string, expected: string): boolean {
  return name.length === expected.length && name.toLowerCase() === expected
}

/** Every value of a field, a line each, in order; `name` in lower case. */
export function fieldValues(headers: HeaderList, name: string): string[] {
  const values: string[] = []
  for (let at = 0; at < headers.length; at += 2) if (isField(headers[at]!, name)) values.push(headers[at + 1]!)
  return values
}

/** The first value of a field; `name` in lower case. */
export function firstField(headers: HeaderList, name: string): string | undefined {
  for (let at = 0; at < headers.length; at += 2) if (isField(headers[at]!, name)) return headers[at + 1]
  return undefined
}

/** A copy without the fields of these names, which are in lower case. */
export function withoutFields(headers: HeaderList, names: ReadonlySet<string>): HeaderList {
  const kept: HeaderList = []
  for (let at = 0; at < headers.length; at += 2) {
    if (!names.has(headers[at]!.toLowerCase())) kept.push(headers[at]!, headers[at + 1]!)
  }
  return kept
}

/** A copy in which the first line of a field has another value and its further lines are gone; it comes last if there was none. */
export function withField(headers: HeaderList, name: string, value: string): HeaderList {
  const replaced: HeaderList = []
  let isSet = false
  for (let at = 0; at < headers.length; at += 2) {
    if (!isField(headers[at]!, name)) replaced.push(headers[at]!, headers[at + 1]!)
    else if (!isSet) {
      replaced.push(headers[at]!, value)
      isSet = true
    }
  }
  if (!isSet) replaced.push(name, value)
  return replaced
}

/**
 * Text as a field value: its UTF-8 bytes as latin1 characters, which is how a `HeaderList` holds bytes.
 * The other way is `textFromField`, so a value that a policy reads and writes again keeps its bytes.
 */
export function fieldFromText(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
}

/** A field value as text: UTF-8 if its bytes are, otherwise one character a byte. */
export function textFromField(value: string): string {
  if (isAscii(value)) return value
  const bytes = Buffer.from(value, 'latin1')
  const text = bytes.toString('utf8')
  return text.includes('\ufffd') ? value : text
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false
  return true
}
