import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Peer } from '../peer.ts'
import type { Command } from '../process.ts'
import { freePort, poll, waitForPort } from '../target.ts'

const apps = fileURLToPath(new URL('../../../../apps/', import.meta.url))

/** Our edge and our agent in two processes, TLS 1.3 between them. */
export const tunnel: Peer = {
  name: 'tunnel',
  link: 'encrypted',
  needs: [],
  unavailable() {
    const built = ['edge', 'agent'].every((app) => existsSync(join(apps, app, 'dist/main.js')))
    return built ? undefined : 'apps/edge and apps/agent are not built (pnpm build)'
  },
  async start({ upstreamPort, children, signal }) {
    const [httpPort, httpsPort] = [await freePort(), await freePort()]
    const dataDir = join(children.dir, 'data')
    const connectPath = join(dataDir, 'connection-string')
    children.start(edgeCommand({ httpPort, httpsPort, dataDir }))
    const connectionString = await poll('connection string', children, signal, () => readLine(connectPath))
    await waitForPort(httpPort, children, signal)

    const host = `bench.localhost:${httpPort}`
    children.start(agentCommand(upstreamPort, `http://${host}`), { env: { TUNNEL_CONNECT: connectionString } })
    return { port: httpPort, host }
  },
}

interface EdgeOptions {
  readonly httpPort: number
  readonly httpsPort: number
  readonly dataDir: string
}

function edgeCommand({ httpPort, httpsPort, dataDir }: EdgeOptions): Command {
  return [
    process.execPath,
    join(apps, 'edge/bin/tunnel-edge.mjs'),
    ...['--domain', 'localhost'],
    ...['--http-addr', `127.0.0.1:${httpPort}`],
    ...['--https-addr', `127.0.0.1:${httpsPort}`],
    ...['--data', dataDir],
    ...['--log-level', 'warn'],
  ]
}

function agentCommand(upstreamPort: number, url: string): Command {
  return [process.execPath, join(apps, 'agent/bin/tunnel.mjs'), 'http', String(upstreamPort), '--url', url]
}

/** The edge writes it once it listens, in one piece. */
async function readLine(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.trim() || undefined
}
