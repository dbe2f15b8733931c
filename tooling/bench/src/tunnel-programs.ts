import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Child, Children, Command } from './process.ts'
import { freePort, poll, waitForPort } from './target.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Why the tunnel cannot be measured, as a sentence for the user. */
export function tunnelUnavailable(): string | undefined {
  const built = ['edge', 'agent'].every((app) => existsSync(join(root, 'apps', app, 'dist/main.js')))
  return built ? undefined : 'apps/edge and apps/agent are not built (pnpm build)'
}

/** A built package of the workspace, for `import()`. */
export function workspaceModule(packageName: string): string {
  return new URL(`../../../packages/${packageName}/dist/index.js`, import.meta.url).href
}

export interface RunningEdge {
  readonly child: Child
  readonly httpPort: number
  readonly httpsPort: number
  readonly connectionString: string
}

export async function startEdge(
  children: Children,
  signal: AbortSignal,
  { args = [], openFiles, data = 'data' }: { args?: readonly string[]; openFiles?: number; data?: string } = {},
): Promise<RunningEdge> {
  const [httpPort, httpsPort] = [await freePort(), await freePort()]
  const dataDir = join(children.dir, data)
  const command: Command = [
    process.execPath,
    join(root, 'apps/edge/bin/tunnel-edge.mjs'),
    ...['--domain', 'localhost'],
    ...['--http-addr', `127.0.0.1:${httpPort}`],
    ...['--https-addr', `127.0.0.1:${httpsPort}`],
    ...['--data', dataDir],
    ...['--log-level', 'warn'],
    ...args,
  ]
  const child = children.startFront(openFiles === undefined ? command : withOpenFiles(openFiles, command))
  const connectionString = await poll('connection string', children, signal, () =>
    readLine(join(dataDir, 'connection-string')),
  )
  await waitForPort(httpPort, children, signal)
  return { child, httpPort, httpsPort, connectionString }
}

export function agentCommand(args: readonly string[]): Command {
  return [process.execPath, join(root, 'apps/agent/bin/tunnel.mjs'), ...args]
}

/** A command that may open more files than is usual. */
export function withOpenFiles(count: number, command: Command): Command {
  return ['sh', '-c', `ulimit -n ${count} && exec "$0" "$@"`, ...command]
}

/** The edge writes it once it listens, in one piece. */
async function readLine(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.trim() || undefined
}
