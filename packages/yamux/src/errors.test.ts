import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { goAwayCodeOf, YamuxError, yamuxErrorCodes } from './errors.ts'

test.each(['README.md', 'SPEC.md'])('%s names no code that does not exist', (file) => {
  const documented = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8').match(/ERR_YAMUX_[A-Z_]+/g) ?? []
  expect(yamuxErrorCodes).toEqual(expect.arrayContaining([...new Set(documented)]))
})

test('the errors table of the README lists every code', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const listed = [...readme.matchAll(/^\| `(ERR_YAMUX_[A-Z_]+)` +\|/gm)].map((match) => match[1])
  expect(listed.sort()).toEqual([...yamuxErrorCodes].sort())
})

test('tells the peer whose fault it is', () => {
  expect(goAwayCodeOf(undefined)).toBe(0)
  expect(goAwayCodeOf(new YamuxError('ERR_YAMUX_PROTOCOL', ''))).toBe(1)
  expect(goAwayCodeOf(new TypeError('ours'))).toBe(2)
  expect(goAwayCodeOf(new YamuxError('ERR_YAMUX_CONNECTION', ''))).toBe(undefined)
})
