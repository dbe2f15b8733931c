import { expect, it } from 'vitest'
import { textWidth } from './text-width.ts'

it.each([
  ['', 0],
  ['plain ~', 7],
  ['Grüße', 5],
  ['e\u0301', 1],
  ['日本', 4],
  ['한글', 4],
  ['ＡＢ', 4],
  ['🚀', 2],
  ['a\u200bb', 2],
  ['𠀀', 2],
  ['→ …', 3],
])('%j takes %i columns', (text, columns) => {
  expect(textWidth(text)).toBe(columns)
})
