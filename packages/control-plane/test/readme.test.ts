import { readFileSync } from 'node:fs'
import { parseConnectionString } from '@tunnel/protocol'
import { expect, onTestFinished, test, vi } from 'vitest'
import { defaultControlPlaneLimits } from '../src/index.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { handshake } from './tls-server.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const readme = read('../README.md')

test('shows the example as it is, and the example serves what it prints', async () => {
  expect(readme).toContain(`\`\`\`ts\n${read('../examples/serve-https.ts')}\`\`\``)
  const argv = process.argv
  process.argv = [...argv.slice(0, 2), await temporaryDirectory()]
  const lines: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
  onTestFinished(() => {
    process.argv = argv
    write.mockRestore()
  })
  await import('../examples/serve-https.ts')
  await vi.waitFor(() => expect(lines).toHaveLength(2))
  onTestFinished(() => void process.emit('SIGTERM'))
  const { port, caFingerprint } = parseConnectionString(lines[0] ?? '')
  const { fingerprints } = await handshake(port, { servername: 'any.name.localhost' })
  expect(fingerprints[1]).toBe(caFingerprint)
})

test('documents every error code, and no other', () => {
  const inCode = new Set(read('../src/errors.ts').match(/ERR_CONTROL_PLANE_\w+/g))
  const table = readme.slice(readme.indexOf('## Errors'))
  expect(new Set(table.match(/ERR_CONTROL_PLANE_\w+/g))).toEqual(inCode)
})

test('documents every limit, and no other', () => {
  const table = readme.slice(readme.indexOf('## Limits'), readme.indexOf('## Errors'))
  const rows = [...table.matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name)
  expect(rows.sort()).toEqual(Object.keys(defaultControlPlaneLimits).sort())
})
