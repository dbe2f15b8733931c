import { expect, it } from 'vitest'
import { GridTerminal } from '../../test/grid-terminal.ts'
import { type ConsoleColor, paintedLine, repainted } from './paint.ts'
import { fitted, span } from './styled-line.ts'

const [COLUMNS, ROWS] = [10, 4]
const paint = (texts: readonly string[], color: ConsoleColor = 'black'): string[] =>
  texts.map((text) => paintedLine(fitted([span(text, 'good')], COLUMNS), COLUMNS, color))

function screen(): GridTerminal {
  const terminal = new GridTerminal(COLUMNS, ROWS)
  terminal.write('\x1b[?1049h')
  return terminal
}

it('writes nothing where nothing changed, and only the rows that did', () => {
  const before = paint(['a', 'b'])
  expect(repainted(before, paint(['a', 'b']), ROWS, 'black')).toBe('')
  const change = repainted(before, paint(['a', 'c']), ROWS, 'black')
  expect(change).toContain('\x1b[2;1H')
  expect(change).not.toContain('\x1b[1;1H')
})

it('begins and ends an update that is shown at once', () => {
  const update = repainted(undefined, paint(['a']), ROWS, 'none')
  expect(update.startsWith('\x1b[?2026h')).toBe(true)
  expect(update.endsWith('\x1b[?2026l')).toBe(true)
})

it.each(['black', 'transparent', 'none'] as const)('leads from any picture to any other (%s)', (color) => {
  const pictures = [
    ['full row!!', 'two'],
    ['short'],
    [],
    ['日本語日本語', '', '', 'last'],
    ['a', 'too many columns', 'c', 'd'],
  ]
  for (const from of pictures) {
    for (const to of pictures) {
      const [changed, fresh] = [screen(), screen()]
      changed.write(repainted(undefined, paint(from, color), ROWS, color))
      changed.write(repainted(paint(from, color), paint(to, color), ROWS, color))
      fresh.write(repainted(undefined, paint(to, color), ROWS, color))
      expect(changed.lines).toEqual(fresh.lines)
    }
  }
})

it('has no colours where none are wanted', () => {
  expect(repainted(undefined, paint(['a'], 'none'), ROWS, 'none')).not.toMatch(/\[[\d;]*m/)
})

it('is white on black, or on whatever the terminal has', () => {
  expect(paint(['a'], 'black')[0]).toBe('\x1b[0;37;40m\x1b[32ma\x1b[0;37;40m\x1b[K')
  expect(paint(['a'], 'transparent')[0]).toBe('\x1b[0m\x1b[32ma\x1b[0m\x1b[K')
})
