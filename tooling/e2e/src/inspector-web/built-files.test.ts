import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

/** What a browser loads before anything is looked at, compressed. The rest comes when it is needed. */
const MAX_FIRST_BYTES = 200_000

const web = join(dirname(createRequire(import.meta.url).resolve('@tunnel/inspector/package.json')), 'dist/web')
const page = readFileSync(join(web, 'index.html'), 'utf8')
const loaded = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path)

test('the page loads its own files alone, and has nothing inline', () => {
  expect(loaded.filter((path) => !path.startsWith('/assets/web/'))).toEqual([])
  expect(page).not.toMatch(/<style|style=|<script[^>]*>[^<]|\son\w+=/i)
})

test(`what is loaded first is no more than ${MAX_FIRST_BYTES} bytes, compressed`, () => {
  const sizes = loaded.map((path) => gzipSync(readFileSync(join(web, path.replace('/assets/web/', '')))).length)
  expect(sizes.length).toBeGreaterThan(1)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MAX_FIRST_BYTES)
})
