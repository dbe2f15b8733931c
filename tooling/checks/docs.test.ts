import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './workspace.ts'

const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))

test.each(docs)('every file that docs/%s names is there', (name) => {
  const text = readFileSync(join(root, 'docs', name), 'utf8')
  const named = [...text.matchAll(/\b(?:packages|tooling|apps|docs)\/[\w./-]*\w\.(?:ts|md|mjs|json)\b/g)].map(
    ([path]) => path,
  )
  expect([...new Set(named)].filter((path) => !existsSync(join(root, path)))).toEqual([])
})

/** "works" and "in part" are claims: each has its test. */
test('a row of the compatibility table that is not "not yet" names a test', () => {
  const rows = readFileSync(join(root, 'docs/compatibility.md'), 'utf8')
    .split('\n')
    .filter((line) => /^\| (?:\d|[A-Z])/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
  const claims = rows.filter(([, , , state]) => state === 'works' || state === 'in part')
  expect(claims.length).toBeGreaterThan(0)
  expect(
    claims.filter(([, , , , shownBy]) => !/\.test\.ts|bench|soak/.test(shownBy ?? '')).map((cells) => cells.join(' ')),
  ).toEqual([])
})
