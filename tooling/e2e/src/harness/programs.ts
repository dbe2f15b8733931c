import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { runToEnd, start } from './process.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { within } from './until.ts'

/** Starting a process takes its time on a busy machine. */
const START_DEADLINE_MS = 20_000

/** An executable of the workspace, as built. */
export function executable(packageName: string, bin: string): string {
  const directory = dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`))
  if (!existsSync(join(directory, 'dist'))) throw new Error(`${packageName} is not built: run pnpm build first`)
  return join(directory, 'bin', bin)
}

/** Only what a program needs: nothing of the user's environment leads it elsewhere. */
export function environment(own: Record<string, string> = {}): NodeJS.ProcessEnv {
  const home = temporaryDirectory()
  return { PATH: process.env.PATH, HOME: home, XDG_CONFIG_HOME: home, NODE_ENV: 'production', ...own }
}

/** A child with a channel, which it may not outlive. `before` is shell that runs in its process first, as `ulimit` has to. */
function fork(
  script: string,
  args: readonly string[],
  own: Record<string, string> = {},
  before?: string,
): ChildProcess {
  const command = [process.execPath, script, ...args]
  const [program, ...rest] = before === undefined ? command : ['sh', '-c', `${before}; exec "$@"`, 'sh', ...command]
  return start(program as string, rest, { env: environment(own), stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
}

/** A machine that runs all tests is late, and the edge not overloaded. */
const UNHURRIED = { TUNNEL_EDGE_MAX_EVENT_LOOP_DELAY: '0' }

export interface EdgeProgram {
  readonly child: ChildProcess
  readonly httpPort: number
  readonly httpsPort: number
  /** Where metrics are asked for. */
  readonly metricsPort?: number
  readonly connectionString: string
  /** PEM. */
  readonly ca: string
  readonly dataDir: string
  /** All that it has printed, its log among it. */
  readonly printed: () => string
}

export async function startEdgeProgram(
  options: {
    dataDir?: string
    httpPort?: number
    httpsPort?: number
    args?: readonly string[]
    before?: string
    env?: Record<string, string>
  } = {},
): Promise<EdgeProgram> {
  const dataDir = options.dataDir ?? temporaryDirectory()
  const args = [
    '--domain=localhost',
    `--http-addr=127.0.0.1:${options.httpPort ?? 0}`,
    `--https-addr=127.0.0.1:${options.httpsPort ?? 0}`,
    `--data=${dataDir}`,
    ...(options.args ?? ['--log-level=warn']),
  ]
  const env = { ...UNHURRIED, ...options.env }
  const child = fork(executable('tunnel-edge', 'tunnel-edge.mjs'), args, env, options.before)
  const printed = printedBy(child)
  const { caFile, ...ready } = await messageOf<Ready>(child, 'ready')
  return { ...ready, child, ca: readFileSync(caFile, 'utf8'), dataDir, printed }
}

type Ready = Pick<EdgeProgram, 'httpPort' | 'httpsPort' | 'metricsPort' | 'connectionString'> & { caFile: string }

export interface AgentProgram {
  readonly child: ChildProcess
  readonly urls: string[]
  readonly printed: () => string
}

/** `tunnel` with arguments, once its endpoints are online. */
export async function startAgentProgram(
  connect: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<AgentProgram> {
  const child = fork(executable('tunnel', 'tunnel.mjs'), args, { TUNNEL_CONNECT: connect, ...env })
  const printed = printedBy(child)
  const { urls } = await messageOf<{ urls: string[] }>(child, 'online')
  return { child, urls, printed }
}

/** `tunnel` with arguments, to its end. */
export async function runAgentProgram(
  connect: string,
  args: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = fork(executable('tunnel', 'tunnel.mjs'), args, { TUNNEL_CONNECT: connect })
  const output = collect(child)
  const [code] = (await within(once(child, 'close'), 'the program to end', START_DEADLINE_MS)) as [number | null]
  return { code, ...output() }
}

/** `tunnel-edge` with a command that ends, like `credentials`. Resolves to what it printed; rejects with what went wrong. */
export async function runEdgeCommand(args: readonly string[]): Promise<string> {
  const script = executable('tunnel-edge', 'tunnel-edge.mjs')
  return (await runToEnd(process.execPath, [script, ...args], { env: environment() })).toString()
}

/** Asks a program to stop. Resolves to its exit code. */
export async function stop(child: ChildProcess): Promise<number | null> {
  child.kill('SIGTERM')
  return exitOf(child)
}

/** `null` where a signal ended it. */
export async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const [code] = (await within(once(child, 'exit'), 'the program to end', START_DEADLINE_MS)) as [number | null]
  return code
}

async function messageOf<T>(child: ChildProcess, type: string): Promise<T> {
  const output = collect(child)
  const message = new Promise<T>((resolve, reject) => {
    child.on('message', (value: { type?: string } & T) => value.type === type && resolve(value))
    child.once('close', (code) => reject(new Error(`exited with ${code}: ${output().stdout}${output().stderr}`)))
  })
  return within(message, `${type} of the program`, START_DEADLINE_MS)
}

function printedBy(child: ChildProcess): () => string {
  const output = collect(child)
  return () => output().stdout + output().stderr
}

function collect(child: ChildProcess): () => { stdout: string; stderr: string } {
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (chunk: Buffer) => {
      text[name] += chunk
    })
  }
  return () => ({ ...text })
}
