import { expect, it } from 'vitest'
import { logfmtLine, termLine } from './log-line.ts'

const record = { t: '2026-11-21T09:06:27+00:00', lvl: 'info', msg: 'ready' }

it.each([
  ['plain', 'v=plain'],
  [12, 'v=12'],
  [true, 'v=true'],
  ['https://a.example:443/x?y', 'v=https://a.example:443/x?y'],
  ['two words', 'v="two words"'],
  ['a=b', 'v="a=b"'],
  ['', 'v=""'],
  ['say "hi"', 'v="say \\"hi\\""'],
  ['two\nlines\x1b', 'v="two\uFFFDlines\uFFFD"'],
])('writes the value %j as %s', (v, expected) => {
  expect(logfmtLine({ ...record, v })).toBe(`t=2026-11-21T09:06:27+00:00 lvl=info msg=ready ${expected}\n`)
})

it('lines fields up behind the message, in the colour of the level', () => {
  const line = termLine({ ...record, lvl: 'eror', obj: 'join' })
  expect(line.replaceAll('\x1b', 'ESC')).toMatch(
    /^ESC\[31mERORESC\[0m\[\d\d-\d\d\|\d\d:\d\d:27\] ready {36}ESC\[31mobjESC\[0m=join\n$/,
  )
})

it('writes a message of several lines as one', () => {
  expect(termLine({ ...record, msg: 'a\nb' })).toMatch(/ a\uFFFDb\n$/)
})
