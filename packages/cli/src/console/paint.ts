import { lineWidth, type Style, type StyledLine } from './styled-line.ts'

export type ConsoleColor = 'black' | 'transparent' | 'none'

/** Select Graphic Rendition of each style, on top of the base. */
const codes: Readonly<Record<Style, string>> = {
  plain: '',
  dim: '2',
  bold: '1',
  good: '32',
  bad: '31',
  warn: '33',
  redirect: '36',
  // Black on white whatever the theme: what a camera wants of a QR code.
  inverse: '30;107',
}

/** White on black, or whatever the terminal has. */
const bases: Readonly<Record<ConsoleColor, string>> = { black: '\x1b[0;37;40m', transparent: '\x1b[0m', none: '' }

/** A line as a terminal takes it, to the end of its row. It is no wider than `columns`. */
export function paintedLine(line: StyledLine, columns: number, color: ConsoleColor): string {
  const base = bases[color]
  const text = line.map((part) => {
    const code = color === 'none' ? '' : codes[part.style]
    return code === '' ? part.text : `\x1b[${code}m${part.text}${base}`
  })
  // The rest of the row takes the base's background. Behind a full row the cursor is still on its last character.
  return `${base}${text.join('')}${lineWidth(line) < columns ? '\x1b[K' : ''}`
}

/** Begins and ends what a terminal shows in one go (mode 2026); others ignore it. */
const [BEGIN, END] = ['\x1b[?2026h', '\x1b[?2026l']

/** What turns rows `before` into rows `after`; empty where nothing changed. `before` is `undefined` where nobody knows what is there. */
export function repainted(
  before: readonly string[] | undefined,
  after: readonly string[],
  rows: number,
  color: ConsoleColor,
): string {
  let changes = before ? '' : `${bases[color]}\x1b[2J`
  const emptyRow = paintedLine([], 1, color)
  for (let row = 0; row < rows; row++) {
    const text = after[row] ?? emptyRow
    if (text !== (before?.[row] ?? emptyRow)) changes += `\x1b[${row + 1};1H${text}`
  }
  return changes === '' ? '' : `${BEGIN}${changes}${END}`
}
