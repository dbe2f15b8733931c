import { readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'

test('the example of the README is the one that runs, and prints what it says', async () => {
  const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
  expect(read('README.md')).toContain(read('examples/one-buffer.ts').trim())
  const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  await import('../examples/one-buffer.ts')
  const printed = print.mock.calls.map(([text]) => text)
  print.mockRestore()
  expect(printed).toContain('38 letters\n')
})
