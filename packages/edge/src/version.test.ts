import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EDGE_VERSION } from './version.ts'

test('is the version of the package', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(EDGE_VERSION).toBe(manifest.version)
})
