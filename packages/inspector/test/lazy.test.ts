import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** What a module loads as soon as it is loaded itself: not `import type`, not `import()`. */
const STATIC = /^(?:import|export)\s(?!type\s)(?:[^'"]*?\sfrom\s)?'([^']+)'/gm

/** Packages that are loaded with a module. */
function loadedWith(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return []
  seen.add(file)
  const specifiers = [...readFileSync(file, 'utf8').matchAll(STATIC)].map(([, specifier = '']) => specifier)
  return specifiers.flatMap((one) => (one.startsWith('.') ? loadedWith(join(dirname(file), one), seen) : [one]))
}

const source = (path: string): string => fileURLToPath(new URL(`../src/${path}`, import.meta.url))

test('the package is loaded without its server, its schemas and the engine of expressions', () => {
  const loaded = loadedWith(source('index.ts')).filter((name) => !name.startsWith('node:'))
  expect([...new Set(loaded)]).toEqual([])
})

test('sees what is loaded', () => {
  expect(loadedWith(source('server/create-server.ts'))).toContain('fastify')
})
