import { expect, test } from 'vitest'
import { type DiffRow, lineDiff, MAX_DIFF_LINES } from './line-diff.ts'

const shown = (rows: readonly DiffRow[]): string[] =>
  rows.map(({ same, left, right }) =>
    same ? `  ${left?.text}` : `${left ? `-${left.text}` : ''}${right ? `+${right.text}` : ''}`,
  )

const diff = (a: string, b: string): string[] => shown(lineDiff(a.split(''), b.split('')))

test('is all the same for the same text', () => {
  expect(diff('abc', 'abc')).toEqual(['  a', '  b', '  c'])
})

test('puts a changed line beside what it was', () => {
  expect(diff('abc', 'axc')).toEqual(['  a', '-b+x', '  c'])
})

test('shows what was added and what was removed', () => {
  expect(diff('ac', 'abc')).toEqual(['  a', '+b', '  c'])
  expect(diff('abc', 'ac')).toEqual(['  a', '-b', '  c'])
  expect(diff('', 'ab')).toEqual(['+a', '+b'])
  expect(diff('ab', '')).toEqual(['-a', '-b'])
  expect(diff('', '')).toEqual([])
})

test('numbers the lines of each side by itself', () => {
  const rows = lineDiff(['a', 'b'], ['x', 'a', 'b'])
  expect(rows.at(-1)).toEqual({ same: true, left: { number: 2, text: 'b' }, right: { number: 3, text: 'b' } })
})

test('finds the fewest changes', () => {
  const rows = lineDiff('abcabba'.split(''), 'cbabac'.split(''))
  const edits = rows
    .filter(({ same }) => !same)
    .reduce((sum, { left, right }) => sum + (left ? 1 : 0) + (right ? 1 : 0), 0)
  expect(edits).toBe(5)
})

test('gives back both texts, whatever they are', () => {
  let seed = 1
  const random = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % below
  }
  for (let round = 0; round < 300; round++) {
    const [a = [], b = []] = [0, 1].map(() => Array.from({ length: random(12) }, () => 'abc'.charAt(random(3))))
    const rows = lineDiff(a, b)
    expect(rows.flatMap(({ left }) => left?.text ?? [])).toEqual(a)
    expect(rows.flatMap(({ right }) => right?.text ?? [])).toEqual(b)
    expect(rows.filter(({ same, left, right }) => same && left?.text !== right?.text)).toEqual([])
  }
})

test('gives one change where the texts have little in common, and stops at its bound', () => {
  const a = Array.from({ length: MAX_DIFF_LINES + 5 }, (_, index) => `a${index}`)
  const b = Array.from({ length: MAX_DIFF_LINES + 5 }, (_, index) => `b${index}`)
  const rows = lineDiff(a, b)
  expect(rows).toHaveLength(MAX_DIFF_LINES)
  expect(rows.some(({ same }) => same)).toBe(false)
})
