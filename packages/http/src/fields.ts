import { HTAB, SP } from './bytes.ts'
import type { FieldScanner } from './field-scanner.ts'
import type { HeaderList } from './head.ts'

/** Cuts the fields that a scanner found out of the section's text. Long values share the text's memory. */
export function readFields(text: string, { offsets, count }: FieldScanner): HeaderList {
  const headers: HeaderList = []
  for (let at = 0; at < count * 4; at += 4) {
    const valueStart = offsets[at + 2]!
    let valueEnd = offsets[at + 3]!
    while (valueEnd > valueStart && isPadding(text.charCodeAt(valueEnd - 1))) valueEnd--
    headers.push(text.substring(offsets[at]!, offsets[at + 1]!), text.substring(valueStart, valueEnd))
  }
  return headers
}

/** The members of a comma-separated list, without whitespace or empty ones. RFC 9110 §5.6.1 */
export function listMembers(value: string): string[] {
  const members: string[] = []
  for (const part of value.split(',')) {
    const member = trimPadding(part)
    if (member !== '') members.push(member)
  }
  return members
}

/** Not `trim()`: that also takes U+00A0, which is a byte of the value here. */
function trimPadding(text: string): string {
  let from = 0
  let to = text.length
  while (from < to && isPadding(text.charCodeAt(from))) from++
  while (to > from && isPadding(text.charCodeAt(to - 1))) to--
  return text.substring(from, to)
}

export function isPadding(code: number): boolean {
  return code === SP || code === HTAB
}
