import { readdirSync, readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import * as protocol from '../src/index.ts'
import { MAX_HELLO_BYTES, MAX_MESSAGE_BYTES, MAX_STREAM_HEADER_BYTES } from '../src/index.ts'

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const readme = read('README.md')
const spec = read('SPEC.md')
const sources = readdirSync(new URL('../src', import.meta.url)).filter((file) => !file.endsWith('.test.ts'))

test('shows the example as it is, and what it prints', async () => {
  let printed = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
  await import('../examples/hello.ts').finally(() => write.mockRestore())
  expect(readme).toContain(`\`\`\`ts\n${read('examples/hello.ts')}\`\`\``)
  expect(printed).not.toBe('')
  expect(readme).toContain(`\`\`\`\n${printed}\`\`\``)
})

test('documents every code that the package raises, and whether it is retryable', () => {
  const raised = sources.flatMap((file) =>
    [...read(`src/${file}`).matchAll(/new TunnelError\(\s*(\d+)/g)].map((match) => Number(match[1])),
  )
  const documented = [...readme.matchAll(/^\| `ERR_TUNNEL_(\d+)` +\|.*\| (yes|no) +\|$/gm)]
  expect(documented.map((row) => Number(row[1]))).toEqual([...new Set(raised)].sort((a, b) => a - b))
  for (const [, code, retryable] of documented) {
    expect(new protocol.TunnelError(Number(code), '').retryable).toBe(retryable === 'yes')
  }
})

test('the specification says of each code whether it is retryable', () => {
  const rows = [...spec.matchAll(/^\| ([\d, ]+?) +\| (yes|no) +\|/gm)].flatMap(([, codes, retryable]) =>
    (codes as string).split(', ').map((code) => [Number(code), retryable === 'yes'] as const),
  )
  expect(rows.length).toBeGreaterThan(30)
  for (const [code, retryable] of rows)
    expect([code, new protocol.TunnelError(code, '').retryable]).toEqual([code, retryable])
  const retryableInCode = [...read('src/errors.ts').matchAll(/^ {2}(\d+): true/gm)].map((match) => Number(match[1]))
  expect(rows.filter(([, retryable]) => retryable).map(([code]) => code)).toEqual(retryableInCode)
})

test.each(Object.entries({ MAX_MESSAGE_BYTES, MAX_HELLO_BYTES, MAX_STREAM_HEADER_BYTES }))(
  'documents the value of %s',
  (name, value) => {
    expect(readme).toMatch(new RegExp(`^\\| \`${name}\` +\\| ${value} +\\|`, 'm'))
  },
)

test('names every export', () => {
  for (const name of Object.keys(protocol)) {
    if (!name.startsWith('MAX_') && name !== 'endpointProtocols') expect(readme).toContain(`\`${name}\``)
  }
})
