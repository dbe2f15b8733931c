import { type ChildProcess, execFileSync } from 'node:child_process'
import { chownSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { findProgram } from './find-program.ts'
import { runToEnd, start } from './process.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { until, within } from './until.ts'
import { unusedPort } from './upstream.ts'

/** Debian keeps the server's programs out of `PATH`. */
const DEBIAN = '/usr/lib/postgresql'
const directories = existsSync(DEBIAN) ? readdirSync(DEBIAN).map((version) => join(DEBIAN, version, 'bin')) : []
const programs = ['initdb', 'postgres', 'psql'] as const
const paths = Object.fromEntries(programs.map((name) => [name, findProgram(name, directories)])) as Record<
  (typeof programs)[number],
  string
>

/** Postgres refuses to run as root, so that root starts it as the user that Debian's package makes. */
const owner = process.getuid?.() === 0 ? accountOf('postgres') : undefined

/** Where there is no PostgreSQL its tests are skipped. */
export const hasPostgres =
  programs.every((name) => paths[name] !== undefined) && (process.getuid?.() !== 0 || owner !== undefined)

export interface PostgresServer {
  readonly port: number
}

/** A real PostgreSQL on loopback, with a cluster of its own, that ends with the test. */
export async function startPostgres(): Promise<PostgresServer> {
  const directory = temporaryDirectory()
  if (owner) chownSync(directory, owner.uid, owner.gid)
  const data = join(directory, 'data')
  execFileSync(
    paths.initdb,
    ['--pgdata', data, '--username=visitor', '--auth=trust', '--no-sync', '--no-locale', '--encoding=UTF8'],
    { ...owner, stdio: 'pipe' },
  )
  const port = await unusedPort()
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: directory,
    fsync: 'off',
  }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = start(paths.postgres, ['-D', data, ...args], { ...owner })
  const exited = new Promise((resolve) => server.once('exit', resolve))
  // Gently: its own children would outlive a kill for a moment.
  onTestFinished(async () => {
    server.kill('SIGINT')
    await within(exited, 'postgres to end')
  })
  await ready(server)
  return { port }
}

/** Runs SQL from a client on `port` of loopback. Resolves to the rows, unaligned. */
export async function runSql(port: number, sql: string, options: { deadlineMs?: number } = {}): Promise<string> {
  const args = ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align', '--set=ON_ERROR_STOP=1']
  const target = ['--host=127.0.0.1', `--port=${port}`, '--username=visitor', '--dbname=postgres']
  const input = Buffer.from(sql)
  return (await runToEnd(paths.psql, [...args, ...target], { input, ...options })).toString()
}

async function ready(server: ChildProcess): Promise<void> {
  let log = ''
  server.stderr?.on('data', (chunk: Buffer) => {
    log += chunk
  })
  await until(() => {
    if (server.exitCode !== null) throw new Error(`postgres exited with ${server.exitCode}: ${log}`)
    return log.includes('ready to accept connections')
  }, 'postgres to be ready')
}

function accountOf(user: string): { uid: number; gid: number } | undefined {
  try {
    const id = (flag: string): number => Number(execFileSync('id', [flag, user], { stdio: 'pipe' }))
    return { uid: id('-u'), gid: id('-g') }
  } catch {
    return undefined
  }
}
