/** The lines of one Server-Sent-Events message, without its ends of line, and the end that it used. */
export interface SseMessage {
  lines: string[]
  /** `\n`, `\r\n` or `\r`: what the message is written with again. */
  lineEnd: string
}

export interface SseField {
  name: string
  value: string
}

/** `name: value`, `name:value`, or `name` alone. A line that begins with a colon is a comment: its name is empty. WHATWG HTML §9.2.6 */
export function parseSseLine(line: string): SseField {
  const colon = line.indexOf(':')
  if (colon < 0) return { name: line, value: '' }
  const from = line[colon + 1] === ' ' ? colon + 2 : colon + 1
  return { name: line.slice(0, colon), value: line.slice(from) }
}

export function formatSseField(name: string, value: string): string {
  return value === '' ? `${name}:` : `${name}: ${value}`
}
