import { readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'

test('the echo example prints what the streams brought back', async () => {
  const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  await import('../examples/echo.ts')
  const printed = print.mock.calls.map(([text]) => text)
  print.mockRestore()
  expect(printed).toContain('one connection, many streams\n')
})

test('the README shows the echo example as it is', () => {
  const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
  expect(read('README.md')).toContain(read('examples/echo.ts').trim())
})
