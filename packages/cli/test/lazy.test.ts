import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

/** What a module loads as soon as it is loaded itself: not `import type`, not `import()`. */
const STATIC = /^(?:import|export)\s(?!type\s)(?:[^'"]*?\sfrom\s)?'([^']+)'/gm

/** Packages that are loaded with a module, and the modules through which. */
function loadedWith(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return new Set()
  seen.add(file)
  const packages = new Set<string>()
  for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(STATIC)) {
    if (!specifier.startsWith('.')) packages.add(specifier)
    else for (const name of loadedWith(join(dirname(file), specifier), seen)) packages.add(name)
  }
  return packages
}

it.each(['index.ts', 'running/run-tunnel.ts', 'policy/policy-of-flags.ts', 'policy/policy-request.ts'])(
  'loads with %s nothing that only policies need',
  (entry) => {
    const packages = loadedWith(fileURLToPath(new URL(`../src/${entry}`, import.meta.url)))
    for (const heavy of ['@tunnel/traffic-policy', '@tunnel/protocol', 'yaml', 'zod'])
      expect(packages).not.toContain(heavy)
  },
)

it('sees what is loaded', () => {
  const packages = loadedWith(fileURLToPath(new URL('../src/policy/checked-policy.ts', import.meta.url)))
  expect(packages).toContain('@tunnel/traffic-policy')
})
