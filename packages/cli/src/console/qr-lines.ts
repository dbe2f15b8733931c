import { renderUnicodeCompact } from 'uqr'
import { type StyledLine, span } from './styled-line.ts'

/** An address as a QR code with what it is below; words in its place where the window is too small. */
export function qrLines(url: string, columns: number, rows: number, hasColor: boolean): StyledLine[] {
  // Black on white it is the right way round in every theme; without colours the light modules are painted, as for a dark one.
  const code = renderUnicodeCompact(url, { border: 2, invert: hasColor }).split('\n')
  const width = code[0]?.length ?? 0
  const hint = 'q: the next one or back, Ctrl+C: quit'
  if (width > columns || code.length + 2 > rows) {
    const needs = `the window is too small for a QR code: it needs ${width} columns and ${code.length + 2} rows`
    return [[span(url)], [span(needs, 'warn')], [span(hint, 'dim')]]
  }
  return [...code.map((line): StyledLine => [span(line, 'inverse')]), [span(url, 'bold')], [span(hint, 'dim')]]
}
