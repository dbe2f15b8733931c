import { fileURLToPath } from 'node:url'
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
const bulkUpstream = fileURLToPath(new URL('./bulk-upstream.js', import.meta.url))

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
  title: 'one download over one connection',
  unit: 'MB/s',
  needs: [],
  startUpstream: async (port, children) => {
    children.start([process.execPath, bulkUpstream, String(port)])
  },
  measure: (target, seconds, _children, signal) => measureBulk(target, seconds, signal),
}

export const scenarios: readonly Scenario[] = [small, bulk]

export async function startUpstream(scenario: Scenario, children: Children): Promise<number> {
  const port = await freePort()
  await scenario.startUpstream(port, children)
  return port
}
