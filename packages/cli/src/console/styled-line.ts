import { printable } from '../printable.ts'
import { textWidth, widthOf } from './text-width.ts'

export type Style = 'plain' | 'dim' | 'bold' | 'good' | 'bad' | 'warn' | 'redirect' | 'inverse'

export interface Span {
  readonly text: string
  readonly style: Style
}

/** What stands in one row, from the left. */
export type StyledLine = readonly Span[]

export function span(text: string, style: Style = 'plain'): Span {
  return { text: printable(text), style }
}

const MORE = '...'

/** The line, cut to `columns` with dots where something is missing. */
export function fitted(line: StyledLine, columns: number): StyledLine {
  if (lineWidth(line) <= columns) return line
  const room = columns - MORE.length
  // Not even the dots have room.
  if (room < 0) return []
  const kept: Span[] = []
  let width = 0
  for (const { text, style } of line) {
    const part = headOf(text, room - width)
    if (part !== '') kept.push({ text: part, style })
    width += textWidth(part)
    if (part.length < text.length) return [...kept, { text: MORE, style }]
  }
  return kept
}

export function lineWidth(line: StyledLine): number {
  return line.reduce((width, { text }) => width + textWidth(text), 0)
}

/** `text` in exactly `columns`, cut or filled up with spaces. */
export function column(text: string, columns: number, style: Style = 'plain'): Span {
  const line = fitted([span(text, style)], columns)
  const shown = line.map((part) => part.text).join('')
  return { text: shown + ' '.repeat(Math.max(0, columns - textWidth(shown))), style }
}

/** As many whole characters as have room in `columns`. */
function headOf(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text
  let width = 0
  let head = ''
  for (const character of text) {
    width += widthOf(character)
    if (width > columns) break
    head += character
  }
  return head
}
