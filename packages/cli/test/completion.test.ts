import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createHome, run } from './run-command.ts'

/** The candidates for the last of these words, without their descriptions. */
async function complete(words: readonly string[], options?: Parameters<typeof run>[1]): Promise<string[]> {
  const { exitCode, stdout, stderr } = await run(['__complete', '--', ...words], options)
  expect(exitCode).toBe(0)
  expect(stderr).toBe('')
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t', 1)[0] as string)
}

it.each([
  [['ht'], ['http']],
  [['st'], ['start']],
  [
    ['service', 'st'],
    ['start', 'stop', 'status'],
  ],
  [['config', 'add-c'], ['add-connect-url']],
  [['--config', 'a.yml', 'tc'], ['tcp']],
  [['--config=a.yml', 'tc'], ['tcp']],
  [['help', 'service', 'un'], ['uninstall']],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish', 'powershell'],
  ],
  [['http', '8'], []],
  [['http', '80', ''], []],
  [['nonsense', 'ht'], []],
  [['http', '--log-f'], ['--log-format']],
  [['http', '--log-level', 'info', '--log-l'], []],
  [
    ['http', '--log-format', ''],
    ['term', 'logfmt', 'json'],
  ],
  [['http', '--log-format=l'], ['--log-format=logfmt']],
  [['http', '--pooling-enabled', '--log-format', 'j'], ['json']],
  [
    ['http', '--log', 'st'],
    ['stdout', 'stderr', ':file'],
  ],
  [
    ['tls', '--terminate-at', ''],
    ['edge', 'agent', 'upstream'],
  ],
  [['http', '--binding', 'i'], ['internal']],
  [['http', '--config', ''], [':file']],
  [['tls', '--crt=a'], [':file']],
  [['http', '--name', ''], []],
])('%j completes to %j', async (words, expected) => {
  expect(await complete(words)).toEqual(expected)
})

it('takes the words of bash, which breaks them at =', async () => {
  expect(await complete(['http', '--log-format', '='])).toEqual(['term', 'logfmt', 'json'])
  expect(await complete(['http', '--log-format', '=', 'j'])).toEqual(['json'])
  expect(await complete(['http', '--log-format', '=', 'json', '--log-le'])).toEqual(['--log-level'])
})

it('takes an empty last word that a shell cannot give', async () => {
  const { stdout } = await run(['__complete', '--next', '--', 'http', '--log-format'])
  expect(stdout).toBe('term\t\nlogfmt\t\njson\t\n')
})

it('has nothing of flags that help does not list', async () => {
  const flags = await complete(['http', '--'])
  expect(flags).toContain('--url')
  for (const hidden of ['--domain', '--proxy-proto']) expect(flags).not.toContain(hidden)
  expect(await complete(['tu'])).toEqual([])
})

it('tells what a candidate is about', async () => {
  const { stdout } = await run(['__complete', '--', 'tc'])
  expect(stdout).toBe('tcp\tPut a TCP service online.\n')
})

it('knows the endpoints of the configuration, whichever file it is', async () => {
  const home = createHome()
  const path = join(home, 'other.yml')
  const upstream = '\n    upstream:\n      url: 80\n'
  writeFileSync(
    path,
    `version: 3\nendpoints:\n  - name: web${upstream}  - name: web admin${upstream}tunnels:\n  ssh:\n    proto: tcp\n    addr: 22\n`,
  )
  const options = { home, env: {} }
  expect(await complete(['start', '--config', path, ''], options)).toEqual(['web', 'web admin', 'ssh'])
  expect(await complete(['--config', path, 'start', 'web', 's'], options)).toEqual(['ssh'])
  expect(await complete(['start', ''], { home, env: { TUNNEL_CONFIG: path } })).toEqual(['web', 'web admin', 'ssh'])
  expect(await complete(['start', `--config=${path}`, 'web', 'w'], options)).toEqual(['web admin'])
})

it('is silent about a file that is wrong', async () => {
  const home = createHome()
  const path = join(home, 'wrong.yml')
  writeFileSync(path, 'version: [')
  expect(await complete(['start', '--config', path, ''], { home, env: {} })).toEqual([])
})

it.each(['bash', 'zsh', 'fish', 'powershell'])('prints the script of %s', async (shell) => {
  const { exitCode, stdout } = await run(['completion', shell])
  expect(exitCode).toBe(0)
  await expect(stdout).toMatchFileSnapshot(`golden/completion.${shell}`)
})

it('asks SHELL where no shell is named, and says which there are where that does not help', async () => {
  const named = await run(['completion', 'zsh'])
  expect(await run(['completion'], { env: { SHELL: '/usr/local/bin/zsh' } })).toMatchObject({ stdout: named.stdout })
  expect(await run(['completion'], { env: { SHELL: '/bin/ksh' } })).toMatchObject({
    exitCode: 1,
    stderr: 'ERROR:  name your shell: bash, zsh, fish, powershell; for example tunnel completion bash\n',
  })
})
