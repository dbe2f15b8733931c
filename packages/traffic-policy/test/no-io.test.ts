import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const source = new URL('../src/', import.meta.url).pathname
const sources = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
)
const allowed = new Set(['node:crypto', 'node:util', 'node:zlib'])

it('imports nothing that opens a socket or a file', () => {
  const imported = sources.flatMap((file) =>
    [...readFileSync(join(source, file), 'utf8').matchAll(/from '(node:[^']+)'|import\('(node:[^']+)'\)/g)].map(
      (match) => match[1] ?? match[2],
    ),
  )
  expect(imported.filter((name) => name !== undefined && !allowed.has(name))).toEqual([])
  expect(imported).toContain('node:crypto')
})

it('matches no pattern of a policy with the backtracking engine', () => {
  const made = sources.filter((file) => readFileSync(join(source, file), 'utf8').includes('new RegExp('))
  expect(made).toEqual([])
})
