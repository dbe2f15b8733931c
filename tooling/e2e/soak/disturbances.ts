import { once } from 'node:events'
import { type AgentProgram, exitOf } from '../src/harness/programs.ts'
import type { Relay } from '../src/harness/relay.ts'
import type { Site } from './site.ts'
import { getKeptAlive, getOnce } from './visitors/small.ts'
import { openWebSocket } from './visitors/web-socket.ts'
import type { Kind } from './workload.ts'

const REQUESTS_BETWEEN = 20

/** Ends an agent as a crash does, and starts another one under its name. What was under way ends; what comes then is served. */
export function killingAgents(first: AgentProgram, startNext: () => Promise<AgentProgram>): Kind {
  let agent = first
  return {
    name: 'agent killed',
    visitors: 1,
    restMs: 3_000,
    async visit(site) {
      const webSocket = await openWebSocket(site)
      const closed = once(webSocket, 'close')
      agent.child.kill('SIGKILL')
      await Promise.all([exitOf(agent.child), closed])
      agent = await startNext()
      for (let count = 0; count < REQUESTS_BETWEEN; count++) await getKeptAlive(site)
    },
  }
}

/** Breaks the connection of an agent. What was under way ends; what comes before the agent is back waits for it. */
export function cuttingConnections(relay: Relay): Kind {
  return {
    name: 'connection cut',
    visitors: 1,
    restMs: 3_000,
    async visit(site) {
      const webSocket = await openWebSocket(site)
      const closed = once(webSocket, 'close')
      relay.cut()
      await closed
      await answeredAgain(site)
      for (let count = 0; count < REQUESTS_BETWEEN; count++) await getKeptAlive(site)
    },
  }
}

const MAX_TRIES = 50

/** A request may still meet the connection that is breaking. */
async function answeredAgain(site: Site): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await getOnce(site)
    } catch (cause) {
      if (tries === MAX_TRIES) throw cause
    }
  }
}
