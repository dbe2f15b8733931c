import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { measureBulk } from './bulk.ts'
import { startNginx } from './nginx.ts'
import type { Children } from './process.ts'
import { freePort, type Target } from './target.ts'
import { measureWithWrk, wrkConnections } from './wrk.ts'

/** One upstream that all peers lead to, and one way to measure a peer. */
export interface Scenario {
  readonly name: string
  readonly title: string
  readonly unit: string
  readonly needs: readonly string[]
  /** Starts the upstream on the port. */
  startUpstream(port: number, children: Children): Promise<void>
  /** More is better. */
  measure(target: Target, seconds: number, children: Children, signal: AbortSignal): Promise<number>
}

const smallBodyBytes = 150
/** Small enough to stay in the page cache, large enough that one answer takes a while. */
const bulkFileBytes = 512 * 1024 * 1024

const small: Scenario = {
  name: 'small',
  title: `${smallBodyBytes}-byte responses over ${wrkConnections} keep-alive connections`,
  unit: 'requests/s',
  needs: ['wrk', 'nginx'],
  startUpstream: (port, children) =>
    startNginx(
      children,
      `server {
    listen 127.0.0.1:${port};
    default_type text/plain;
    location / { return 200 "${'x'.repeat(smallBodyBytes)}"; }
  }`,
    ),
  measure: measureWithWrk,
}

const bulk: Scenario = {
  name: 'bulk',
  title: 'a file of 512 MiB, downloaded over one connection',
  unit: 'MB/s',
  needs: ['nginx'],
  startUpstream: async (port, children) => {
    await writeFile(join(children.dir, 'bulk'), Buffer.alloc(bulkFileBytes, 'tunnel'))
    await startNginx(
      children,
      `server {
    listen 127.0.0.1:${port};
    sendfile on;
    location = / { root ${children.dir}; try_files /bulk =404; }
  }`,
    )
  },
  measure: (target, seconds, _children, signal) => measureBulk(target, seconds, signal),
}

export const scenarios: readonly Scenario[] = [small, bulk]

export async function startUpstream(scenario: Scenario, children: Children): Promise<number> {
  const port = await freePort()
  await scenario.startUpstream(port, children)
  return port
}
