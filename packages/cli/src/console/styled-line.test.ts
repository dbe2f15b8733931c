import { expect, it } from 'vitest'
import { column, fitted, lineWidth, type StyledLine, span } from './styled-line.ts'

const textOf = (line: StyledLine): string => line.map(({ text }) => text).join('')

it.each([
  ['short', 10, 'short'],
  ['exactly 10', 10, 'exactly 10'],
  ['eleven here', 10, 'eleven ...'],
  ['日本語です', 9, '日本語...'],
  ['日本語です', 8, '日本...'],
  ['abc', 2, ''],
  ['abcd', 3, '...'],
])('%j in %i columns is %j', (text, columns, expected) => {
  expect(textOf(fitted([span(text)], columns))).toBe(expected)
})

it('cuts across spans, and keeps their styles', () => {
  const line = [span('one ', 'good'), span('two ', 'bad'), span('three')]
  expect(fitted(line, 11)).toEqual([
    { text: 'one ', style: 'good' },
    { text: 'two ', style: 'bad' },
    { text: '...', style: 'plain' },
  ])
})

it.each([
  ['GET', 8, 'GET     '],
  ['PROPPATCHES', 8, 'PROPP...'],
  ['日本', 5, '日本 '],
])('a column of %j is %i wide: %j', (text, columns, expected) => {
  expect(column(text, columns).text).toBe(expected)
  expect(lineWidth([column(text, columns)])).toBe(columns)
})

it('has nothing in it that a terminal obeys', () => {
  expect(span('a\x1b[31mb\r\nc\x9b2J\u202ed').text).toBe('a\uFFFD[31mb\uFFFD\uFFFDc\uFFFD2J\uFFFDd')
})
