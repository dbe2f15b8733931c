import '../harness/dangling.ts'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { processSurroundings, runCli } from '@tunnel/cli'
import { expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { start } from '../harness/process.ts'
import { executable, startEdgeProgram } from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { startUpstream } from '../harness/upstream.ts'
import { readUnit, type Unit } from './systemd-unit.ts'

/** The unit that `tunnel service install` would write for a file, on a machine with systemd. */
async function installedUnit(config: string): Promise<Unit> {
  let unit = ''
  const printed: string[] = []
  const output = { write: (text: string) => printed.push(text) }
  const code = await runCli({
    ...processSurroundings(process),
    argv: ['service', 'install', '--config', config],
    platform: 'linux',
    stdout: output,
    stderr: output,
    serviceHost: {
      program: [process.execPath, executable('tunnel', 'tunnel.mjs')],
      userId: 0,
      exists: (path) => path === '/run/systemd/system',
      write: (_path, content) => {
        unit = content.toString()
      },
      remove: () => {},
      run: async () => ({ code: 0, output: '' }),
    },
  })
  expect([code, ...printed]).toEqual([0, expect.stringContaining('installed'), expect.stringContaining('start')])
  return readUnit(unit)
}

/** Runs a unit as its words say, until it is stopped; without the pause of `RestartSec`. */
class UnitRunner {
  readonly #unit: Unit
  #child: ChildProcess
  #isStopped = false
  starts = 0
  log = ''

  constructor(unit: Unit) {
    this.#unit = unit
    this.#child = this.#start()
  }

  #start(): ChildProcess {
    const [program = '', ...args] = this.#unit.command
    // A service has no home, no terminal and nothing of our environment.
    const child = start(program, args, { env: this.#unit.environment, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] })
    this.starts++
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.log += chunk
      })
    }
    child.once('exit', () => {
      if (!this.#isStopped && this.#unit.settings.get('Restart') === 'always') this.#child = this.#start()
    })
    return child
  }

  async kill(): Promise<void> {
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }

  /** As `systemctl stop` does. Resolves to the exit code. */
  async stop(): Promise<number | null> {
    this.#isStopped = true
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    const [code] = (await gone) as [number | null]
    return code
  }
}

/** Asks until the answer has this status: that an agent came or went has no event here. */
async function untilStatus(url: string, status: number, ca: string, log: () => string): Promise<void> {
  const deadline = performance.now() + 20_000
  for (;;) {
    const answer = await request(url, { ca })
    if (answer.status === status) return
    if (performance.now() > deadline) throw new Error(`${url} answers ${answer.status}, not ${status}: ${log()}`)
  }
}

test('an installed service puts its endpoints online, and comes back under their names after kill -9', async () => {
  const edge = await startEdgeProgram()
  const upstream = await startUpstream((_incoming, response) => response.end('served'))
  const directory = join(temporaryDirectory(), 'a "quoted" directory of 100% $HOME')
  mkdirSync(directory)
  const config = join(directory, 'tunnel.yml')
  const [, token = '', host = '', ca = ''] = /^tunnel:\/\/(.+)@(.+)\?ca=(.+)$/.exec(edge.connectionString) ?? []
  writeFileSync(
    config,
    `version: 3
agent:
  authtoken: ${token}
  connect_url: ${host}
  connect_cas: ${ca}
endpoints:
  - name: web
    url: http://mine.localhost
    upstream:
      url: ${upstream.port}
`,
  )
  const runner = new UnitRunner(await installedUnit(config))
  const url = `http://mine.localhost:${edge.httpPort}`
  const log = (): string => runner.log

  await untilStatus(url, 200, edge.ca, log)
  await runner.kill()
  await untilStatus(url, 200, edge.ca, log)
  expect(runner.starts).toBe(2)
  expect(runner.log).toMatch(/msg="started tunnel" obj=tunnels name=web /)
  expect(runner.log).not.toContain(token)

  expect(await runner.stop()).toBe(0)
  await untilStatus(url, 404, edge.ca, log)
  expect(runner.starts).toBe(2)
})
