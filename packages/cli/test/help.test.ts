import type { Command } from 'commander'
import { expect, it } from 'vitest'
import { commandContext } from '../src/commands/command-context.ts'
import { createProgram } from '../src/commands/program.ts'
import { processSurroundings } from '../src/index.ts'
import { run } from './run-command.ts'

it.each([
  ['tunnel', []],
  ['tunnel http', ['http', '--help']],
  ['tunnel tcp', ['tcp', '-h']],
  ['tunnel tls', ['tls', '-h']],
  ['tunnel start', ['start', '-h']],
  ['tunnel config', ['config']],
  ['tunnel config upgrade', ['config', 'upgrade', '-h']],
  ['tunnel config import', ['help', 'config', 'import']],
  ['tunnel config add-server', ['help', 'config', 'add-server']],
])('%s: help', async (_name, argv) => {
  const { exitCode, stdout, stderr } = await run(argv)
  expect(exitCode).toBe(0)
  expect(stderr).toBe('')
  expect(stdout).toMatchSnapshot()
})

const everyCommand = commandsBelow(createProgram(commandContext({ ...processSurroundings(process), argv: [] })))

function commandsBelow(command: Command): Command[] {
  return [command, ...command.commands.flatMap(commandsBelow)]
}

const pathOf = (command: Command): string[] => (command.parent ? [...pathOf(command.parent), command.name()] : [])

it.each(everyCommand.filter((command) => command.name() !== 'help').map((command) => [pathOf(command)]))(
  'teaches %j by examples, in 80 columns',
  async (path) => {
    const { exitCode, stdout, stderr } = await run([...path, '--help'])
    expect([exitCode, stderr]).toEqual([0, ''])
    const [about = '', examples = ''] = stdout.split('\nExamples:\n')
    expect(examples).toMatch(/^ {2}(?:sudo )?(?:eval )?.*tunnel/)
    // A command is not broken: it is there to be copied.
    const lines = [...about.split('\n'), ...examples.split('\n').filter((line) => line.startsWith('      '))]
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80)
  },
)

it.each([
  [['help'], []],
  [['--help'], []],
  [['-h'], []],
  [
    ['help', 'http'],
    ['http', '-h'],
  ],
  [
    ['help', 'config', 'add-server-addr'],
    ['config', 'add-connect-url', '--help'],
  ],
])('%j shows the same as %j', async (one, other) => {
  const [first, second] = [await run(one), await run(other)]
  expect(first.exitCode).toBe(0)
  expect(first.stdout).toBe(second.stdout)
})

it.each([[['version']], [['--version']], [['-v']]])('%j prints the version', async (argv) => {
  expect(await run(argv)).toMatchObject({ exitCode: 0, stdout: 'tunnel version 0.1.0\n', stderr: '' })
})

it.each(['domain', 'hostname', 'subdomain', 'scheme <', 'basic-auth'])('does not list --%s', async (name) => {
  const { stdout } = await run(['http', '--help'])
  expect(stdout).not.toContain(`--${name}`)
})
