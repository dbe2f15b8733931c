import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { CONNECT, createHome, FakeTerminal, RunningCommand } from './run-command.ts'

/** A command with these lines under `agent`, on a terminal that can draw. */
function startWith(lines: readonly string[], options: { terminal?: FakeTerminal } = {}) {
  const home = createHome()
  const config = join(home, 'tunnel.yml')
  writeFileSync(config, `version: 3\nagent:\n${lines.map((line) => `  ${line}\n`).join('')}`)
  const terminal = options.terminal ?? new FakeTerminal()
  const env = { TUNNEL_CONNECT: CONNECT }
  return { terminal, command: new RunningCommand(['http', '80', '--config', config], { home, env, terminal }) }
}

it('draws where console_ui is iftty', async () => {
  const { terminal } = startWith(['console_ui: iftty'])
  await terminal.shows('Session Status                online')
})

it('logs where console_ui is false, though stdout is a terminal', async () => {
  const home = createHome()
  const config = join(home, 'tunnel.yml')
  writeFileSync(config, 'version: 3\nagent:\n  console_ui: false\n')
  const env = { TUNNEL_CONNECT: CONNECT, TERM: 'xterm' }
  const command = new RunningCommand(['http', '80', '--config', config], { home, env })
  await command.stdout.until('started tunnel')
  expect(command.stdout.text).not.toContain('Session Status')
})

it('draws where console_ui is true, also where stdout is no terminal', async () => {
  const terminal = new FakeTerminal(80, 24, false)
  startWith(['console_ui: true'], { terminal })
  await terminal.shows('Session Status                online')
})

it.each([
  ['black', '\x1b[0;37;40m'],
  ['transparent', '\x1b[0m'],
])('has the background of console_ui_color: %s', async (color, code) => {
  const { terminal } = startWith([`console_ui_color: ${color}`])
  await terminal.shows('online')
  expect(terminal.text).toContain(`${code}\x1b[2J`)
})
