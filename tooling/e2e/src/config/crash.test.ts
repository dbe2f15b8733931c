import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadAgentConfig } from '@tunnel/agent-config'
import { describe, expect, test } from 'vitest'
import { start } from '../harness/process.ts'
import { environment, exitOf } from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until, within } from '../harness/until.ts'

/** Comments of a file, so that a write has something to cut. */
const padding = `# ${'x'.repeat(98)}\n`.repeat(2_000)
const text = `version: 3\nagent:\n  authtoken: first\n${padding}`

/** Runs a module of the workspace's packages, as built. `before` is shell that runs first. */
function runModule(source: string, file: string, before = ':') {
  const command = [process.execPath, '--input-type=module', '-e', source, file]
  return start('sh', ['-c', `${before}; exec "$@"`, 'sh', ...command], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
}

const heard = (child: ReturnType<typeof start>): Promise<unknown> =>
  within(new Promise((resolve) => child.once('message', resolve)), 'word of the writer')

/** The authtoken that is in it; throws where the file is not whole. */
function tokenIn(path: string): string | undefined {
  const home = temporaryDirectory()
  return loadAgentConfig({ explicitPaths: [path], env: {}, platform: 'linux', homedir: home }).authtoken
}

describe('a configuration file', () => {
  test('is whole after kill -9, also one that comes in the middle of a write', { timeout: 60_000 }, async () => {
    const directory = temporaryDirectory()
    const path = join(directory, 'tunnel.yml')
    const writeOn = `
      import { addAuthtoken } from '@tunnel/agent-config'
      for (let count = 0; ; count++) {
        await addAuthtoken(process.argv[1], 'token_' + count)
        if (count === 1) process.send('writing')
      }`
    const left = (): string[] => readdirSync(directory).filter((name) => name !== 'tunnel.yml')
    // What a kill leaves beside the file says that it came in the middle.
    for (let round = 0; round < 20 && left().length === 0; round++) {
      writeFileSync(path, text)
      const child = runModule(writeOn, path)
      await heard(child)
      await until(() => left().length > 0, 'a write that is under way')
      child.kill('SIGKILL')
      await exitOf(child)
      expect(tokenIn(path)).toMatch(/^token_\d+$/)
      expect(readFileSync(path, 'utf8').endsWith(padding)).toBe(true)
    }
    expect(left()).toEqual([expect.stringMatching(/^\.tunnel\.yml\.[0-9a-f]{12}\.tmp$/)])
    expect(tokenIn(path)).toMatch(/^token_\d+$/)
  })

  test('is what it was, with nothing beside it, where the disk takes no more', async () => {
    const directory = temporaryDirectory()
    const path = join(directory, 'tunnel.yml')
    writeFileSync(path, text)
    const writeOnce = `
      import { addAuthtoken } from '@tunnel/agent-config'
      await addAuthtoken(process.argv[1], 'other').catch(({ code, message }) => process.send({ code, message }))`
    // No file of the process may become longer than 100 blocks of 512 bytes.
    const child = runModule(writeOnce, path, `trap '' XFSZ; ulimit -f 100`)
    expect(await heard(child)).toEqual({
      code: 'ERR_CONFIG_UNWRITABLE',
      message: `${path}: cannot be written (EFBIG)`,
    })
    await exitOf(child)
    expect(readFileSync(path, 'utf8')).toBe(text)
    expect(readdirSync(directory)).toEqual(['tunnel.yml'])
  })
})
