import '../harness/dangling.ts'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { hasTmux, TmuxTerminal } from '../console/tmux.ts'
import { executable } from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until } from '../harness/until.ts'

const has = (shell: string): boolean => hasTmux && spawnSync(shell, ['-c', ':']).status === 0

interface Shell {
  readonly name: string
  /** Starts it without what the user or the system has set up for it. */
  readonly start: string
  readonly load: string
}

const shells: readonly Shell[] = [
  { name: 'bash', start: 'bash --norc --noprofile -i', load: 'eval "$(tunnel completion bash)"' },
  { name: 'zsh', start: 'zsh -f -i', load: 'eval "$(tunnel completion zsh)"' },
  { name: 'fish', start: 'fish --no-config', load: 'tunnel completion fish | source' },
]

const CONFIG = `version: 3
endpoints:
  - name: website
    upstream:
      url: 80
  - name: mail
    upstream:
      url: 25
`

/** An interactive shell in a real terminal that has loaded its script, with a configuration file in its directory. */
async function startShell({ name, start, load }: Shell): Promise<TmuxTerminal> {
  const directory = temporaryDirectory()
  const program = join(directory, 'tunnel')
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${executable('tunnel', 'tunnel.mjs')}' "$@"\n`, {
    mode: 0o755,
  })
  writeFileSync(join(directory, 'settings.yml'), CONFIG)
  const terminal = new TmuxTerminal(
    `cd ${directory}; ${start}`,
    { columns: 120, rows: 30 },
    {
      PATH: `${directory}:${process.env.PATH}`,
      TUNNEL_CONFIG: join(directory, 'settings.yml'),
    },
  )
  // What is typed must not be there before the shell is: both echo it.
  terminal.keys(`${name === 'fish' ? 'true' : ':'}; echo re""ady`, 'Enter')
  await terminal.shows('\nready')
  terminal.keys(load, 'Enter')
  terminal.keys('echo lo""aded', 'Enter')
  await terminal.shows('\nloaded')
  terminal.keys('clear', 'Enter')
  return terminal
}

/** What is typed, and what the line is after a tab. */
const cases = [
  ['tunnel sta', 'tunnel start'],
  ['tunnel http --pool', 'tunnel http --pooling-enabled'],
  ['tunnel http --log-format log', 'tunnel http --log-format logfmt'],
  ['tunnel http --log-format=js', 'tunnel http --log-format=json'],
  ['tunnel start web', 'tunnel start website'],
  ['tunnel --config sett', 'tunnel --config settings.yml'],
  ['tunnel service uni', 'tunnel service uninstall'],
] as const

describe.each(shells)('$name', (shell) => {
  const maybe = test.skipIf(!has(shell.name))

  maybe('completes commands, flags, their values, endpoints and files (needs tmux and the shell)', async () => {
    const terminal = await startShell(shell)
    for (const [typed, completed] of cases) {
      terminal.keys('-l', typed)
      await terminal.shows(typed)
      terminal.keys('Tab')
      await terminal.shows(completed)
      terminal.keys('C-u')
      terminal.keys('clear', 'Enter')
      await until(() => !terminal.text.includes('tunnel '), 'an empty screen')
    }
  })

  maybe('lists what may stand there (needs tmux and the shell)', async () => {
    const terminal = await startShell(shell)
    terminal.keys('-l', 'tunnel http --log-level ')
    await terminal.shows('tunnel http --log-level')
    terminal.keys('Tab', 'Tab')
    for (const level of ['debug', 'info', 'warn', 'error', 'crit']) await terminal.shows(level)
  })
})
