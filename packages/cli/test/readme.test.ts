import { readdirSync, readFileSync } from 'node:fs'
import { expect, it, vi } from 'vitest'
import { importFlags, upgradeFlags } from '../src/commands/config-command.ts'
import { updateFlags } from '../src/commands/update-command.ts'
import { commonFlags, rootFlags } from '../src/flags/common-flags.ts'
import { diagnoseFlags } from '../src/flags/diagnose-flags.ts'
import { httpFlags } from '../src/flags/http-flags.ts'
import { startFlags } from '../src/flags/start-flags.ts'
import { tcpFlags } from '../src/flags/tcp-flags.ts'
import { tlsFlags } from '../src/flags/tls-flags.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const readme = read('../README.md')
const sources = readdirSync(new URL('../src', import.meta.url), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => read(`../src/${file}`))
  .join('\n')

it('shows the example, and what it prints', async () => {
  let printed = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
  await import('../examples/run-a-command.ts').finally(() => write.mockRestore())
  expect(readme).toContain(`\`\`\`ts\n${read('../examples/run-a-command.ts')}\`\`\``)
  expect(printed).not.toBe('')
  expect(readme).toContain(`\`\`\`\n${printed}\`\`\``)
})

const flags = [
  ...rootFlags,
  ...commonFlags,
  ...httpFlags,
  ...tcpFlags,
  ...tlsFlags,
  ...diagnoseFlags,
  ...updateFlags,
  ...startFlags,
  ...upgradeFlags,
  ...importFlags,
]

it.each(flags.filter(({ standing }) => standing?.kind !== 'later'))('tells of --$name', ({ name }) => {
  expect(readme).toMatch(new RegExp(`\`(?:tunnel )?--${name}[ \`]`))
})

it('lists every error code, and no other', () => {
  const codesIn = (text: string): string[] => [...new Set(text.match(/ERR_CLI_[A-Z_]+/g))].sort()
  expect(codesIn(readme)).toEqual(codesIn(sources))
})

it('lists every log message, and no other', () => {
  const rows = readme.split('## Logs')[1]?.split('## ')[0] ?? ''
  const listed = [...rows.matchAll(/^\| `\w{4}` \| ([^|]*) \|/gm)].flatMap(([, cell]) => cell?.split(/, (?=`)/) ?? [])
  const logged = sources.match(/(?<=\blog\.(?:debug|info|warn|error|crit)\()[^{\n]*/g)?.join(' ') ?? ''
  const messages = [...logged.matchAll(/'([^']+)'/g)].map(([, message]) => `\`${message}\``)
  expect([...new Set(listed.sort())]).toEqual([...new Set(messages.sort())])
})
