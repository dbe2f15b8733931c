import { expect, it } from 'vitest'
import { RunningCommand, run } from './run-command.ts'

it('asks for an endpoint of labels, and shows them in place of an address', async () => {
  const argv = ['tunnel', '--label', 'app=web', '--label', 'dc=eu', '--pooling-enabled', 'localhost:3000']
  const command = await new RunningCommand(argv).online()
  expect(command.edge.requests).toEqual([
    expect.objectContaining({
      protocol: '',
      labels: ['app=web', 'dc=eu'],
      name: 'command_line',
      poolingEnabled: true,
      upstream: { url: 'http://localhost:3000' },
    }),
  ])
  expect(command.stdout.text).toContain('app=web,dc=eu -> http://localhost:3000')
  command.signal('SIGTERM')
  expect(await command.exitCode).toBe(0)
})

it.each([
  [['80'], 'tunnel needs a label; for example tunnel tunnel --label app=web 80'],
  [['80', '--label', 'app'], '--label "app" is not key=value'],
  [['--label', 'a=b'], 'tunnel needs the address or port to forward to; for example tunnel tunnel --label app=web 80'],
  [['80', '--label', 'a=b', '--url', 'https://x'], "unknown flag '--url'"],
])('refuses tunnel %j', async (argv, message) => {
  const { exitCode, stderr, command } = await run(['tunnel', ...argv])
  expect(exitCode).toBe(1)
  expect(stderr).toContain(message)
  expect(command.edge.sessions).toEqual([])
})
