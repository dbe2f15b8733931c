import { readFileSync } from 'node:fs'
import { expect, it, vi } from 'vitest'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const readme = read('../README.md')
/** The formatter pads the cells of tables. */
const tables = readme.replaceAll(/ +\|/g, ' |')
const codesIn = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map((match) => match[1]!).sort()

it('shows the example, and what it prints', async () => {
  let printed = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
  await import('../examples/read-settings.ts').finally(() => write.mockRestore())
  expect(readme).toContain(`\`\`\`ts\n${read('../examples/read-settings.ts')}\`\`\``)
  expect(printed).not.toBe('')
  expect(readme).toContain(`\`\`\`\n${printed}\`\`\``)
})

it('documents every code and no other', () => {
  expect(codesIn(tables, /^\| `(ERR_\w+)` \|/gm)).toEqual(codesIn(read('./faults.ts'), /\| '(ERR_\w+)'/g))
})
