import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Children, Command } from '../process.ts'
import { residentBytes } from '../resident-memory.ts'
import type { Probe } from '../scenario.ts'
import { poll } from '../target.ts'
import { startEdge, withOpenFiles } from '../tunnel-programs.ts'

const sessions = 2_000
const visitors = 8_000
const openFiles = 20_000
/** Until what opening left behind is collected. */
const settleMs = 5_000

const program = (name: string): string => fileURLToPath(new URL(`../programs/${name}.js`, import.meta.url))

export const idle: Probe = {
  name: 'idle',
  title: `what the edge's memory grows by: ${sessions} agent sessions, and ${visitors} visitor connections after a request`,
  metrics: [
    { name: 'session', unit: 'KB' },
    { name: 'visitor', unit: 'KB' },
  ],
  needs: [],
  maxRounds: 1,
  async measure(children, signal) {
    const edge = await startEdge(children, signal, {
      openFiles,
      args: ['--max-sessions-per-credential', `${sessions}`, '--max-connections-per-address', '0'],
    })
    const settled = async (): Promise<number> => {
      await delay(settleMs, undefined, { signal })
      return (await residentBytes(edge.child.pid)) / 1024
    }
    const empty = await settled()
    await open(children, signal, [process.execPath, program('idle-visitors'), `${edge.httpPort}`, `${visitors}`])
    const withVisitors = await settled()
    await open(children, signal, [process.execPath, program('idle-agents'), edge.connectionString, `${sessions}`])
    const withSessions = await settled()
    return [(withSessions - withVisitors) / sessions, (withVisitors - empty) / visitors]
  },
}

async function open(children: Children, signal: AbortSignal, command: Command): Promise<void> {
  const child = children.start(withOpenFiles(openFiles, command))
  await poll('open connections', children, signal, async () => child.output().includes('open\n') || undefined)
}
