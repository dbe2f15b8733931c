import { setTimeout as delay } from 'node:timers/promises'
import { residentBytes } from '../resident-memory.ts'
import type { Probe } from '../scenario.ts'
import { freePort, poll } from '../target.ts'
import { agentCommand, startEdge } from '../tunnel-programs.ts'

/** Until what the start left behind is collected, as far as it is. */
const settleMs = 2_000

export const start: Probe = {
  name: 'start',
  title: 'an agent without a configuration file, from its process until its address is printed; then idle',
  metrics: [
    { name: 'address printed', unit: 's' },
    { name: 'memory', unit: 'MB' },
  ],
  needs: [],
  maxRounds: 100,
  async measure(children, signal) {
    const { connectionString } = await startEdge(children, signal)
    const upstreamPort = await freePort()
    const startedAt = performance.now()
    const agent = children.start(agentCommand(['http', String(upstreamPort)]), {
      env: { TUNNEL_CONNECT: connectionString },
    })
    await poll(
      'address',
      children,
      signal,
      async () => / msg="started tunnel" .* url=/.test(agent.output()) || undefined,
      2,
    )
    const seconds = (performance.now() - startedAt) / 1000
    await delay(settleMs, undefined, { signal })
    return [seconds, (await residentBytes(agent.pid)) / 1024 / 1024]
  },
}
