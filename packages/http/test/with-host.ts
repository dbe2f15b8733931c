/**
 * Most of llhttp's requests have no Host, which RFC 9112 demands and the decoder insists on: this gives it to them, agreeing with an
 * absolute-form target. Every line that looks like an HTTP/1.1 request line is taken for one.
 */
export function withHost(input: Buffer): Buffer {
  const lines = input.toString('latin1').split('\r\n')
  const out: string[] = []
  for (const [index, line] of lines.entries()) {
    out.push(line)
    const request = /^[A-Z-]+ (?:https?:\/\/([^/?]*))?\S* HTTP\/1\.1$/.exec(line)
    if (request && index < lines.length - 1 && !headHasHost(lines, index))
      out.push(`${ADDED}: ${request[1] ?? 'fixture.example'}`)
  }
  return Buffer.from(out.join('\r\n'), 'latin1')
}

/** The field name it adds, spelled as no fixture spells it. */
export const ADDED = 'hOsT'

function headHasHost(lines: string[], requestLine: number): boolean {
  const end = lines.indexOf('', requestLine)
  return lines.slice(requestLine + 1, end < 0 ? undefined : end).some((line) => /^host:/i.test(line))
}
