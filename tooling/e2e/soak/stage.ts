import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { LargeBody } from '../src/harness/large-body.ts'
import { type AgentProgram, startAgentProgram, startEdgeProgram } from '../src/harness/programs.ts'
import { startRelay } from '../src/harness/relay.ts'
import { temporaryDirectory } from '../src/harness/temporary-directory.ts'
import { cuttingConnections, killingAgents } from './disturbances.ts'
import type { LogWatch } from './log-watch.ts'
import type { Gauge } from './sampler.ts'
import { connectionsTo, heapMegabytes, openHandles, residentMegabytes } from './samples.ts'
import { startService } from './service.ts'
import type { Site } from './site.ts'
import { type Kind, workload } from './workload.ts'

/** An edge, its agents, and who visits them. */
export interface Stage {
  readonly gauges: readonly Gauge[]
  readonly visits: readonly { readonly kinds: readonly Kind[]; readonly site: Site }[]
  /** Visitors give up the connections that they kept. */
  leave(): void
}

/** Allocators take it in steps of dozens of megabytes and keep it: a bound for what V8 does not see. */
const resident = { unit: 'MB', tolerance: { amount: 48, share: 0.25 } }
/** Objects that are held, garbage aside. */
const live = { unit: 'MB', tolerance: { amount: 4, share: 0.08 } }
const count = { unit: '', tolerance: { amount: 12, share: 0.1 } }
const LIVE_HEAP = fileURLToPath(new URL('live-heap.mjs', import.meta.url))
const logging = ['--log=stderr', '--log-level=error', '--log-format=json']
const isAboutReconnecting = (line: string): boolean => /starting reconnect loop|failed to reconnect session/.test(line)

/** Agents that nothing happens to, of HTTP and of TCP; one that is killed again and again; one whose connection is cut. */
export async function setStage(large: LargeBody, log: LogWatch): Promise<Stage> {
  const service = await startService(large)
  const liveDirectory = temporaryDirectory()
  const env = { NODE_OPTIONS: `--import=${LIVE_HEAP}`, SOAK_LIVE_DIRECTORY: liveDirectory }
  const edge = await startEdgeProgram({ env })
  log.watch('edge', edge.child)
  const { connectionString, httpsPort, ca } = edge
  const relay = await startRelay({ port: httpsPort })

  const start = async (name: string, args: readonly string[], connect = connectionString): Promise<AgentProgram> => {
    const agent = await startAgentProgram(connect, [...args, ...logging], env)
    log.watch(name, agent.child, name === 'cut agent' ? isAboutReconnecting : undefined)
    return agent
  }
  const http = ['http', String(service.httpPort)]
  const steady = await start('agent', [...http, '--scheme=http,https'])
  const tcp = await start('tcp agent', ['tcp', String(service.tcpPort)])
  const cut = await start('cut agent', http, connectionString.replace(`:${httpsPort}`, `:${relay.port}`))
  const startKilled = (): Promise<AgentProgram> => start('killed agent', [...http, '--url=https://killed.localhost'])
  const killed = await startKilled()

  const siteOf = ({ urls }: AgentProgram): Site => ({
    https: urlOf(urls, 'https:'),
    http: urlOf(urls, 'http:'),
    tcp: urlOf(tcp.urls, 'tcp:'),
    ca,
    large,
    agents: { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) },
  })
  const visits = [
    { kinds: workload, site: siteOf(steady) },
    { kinds: [cuttingConnections(relay)], site: siteOf(cut) },
    { kinds: [killingAgents(killed, startKilled)], site: siteOf(killed) },
  ]
  const leave = (): void => {
    for (const { http, https } of visits.map(({ site }) => site.agents)) {
      http.destroy()
      https.destroy()
    }
  }
  onTestFinished(leave)

  const sessions = (): number =>
    [steady, tcp].reduce((sum, { child }) => sum + connectionsTo(httpsPort, child.pid as number), 0)
  const gauges = [
    ...gaugesOf('edge', edge.child.pid as number, liveDirectory),
    ...gaugesOf('agent', steady.child.pid as number, liveDirectory),
    ...gaugesOf('cut agent', cut.child.pid as number, liveDirectory),
    { name: 'streams', ...count, read: () => service.openConnections },
    { name: 'sessions', ...count, read: sessions },
  ]
  return { gauges, visits, leave }
}

function gaugesOf(name: string, pid: number, liveDirectory: string): Gauge[] {
  return [
    { name: `${name} heap`, ...live, read: () => heapMegabytes(liveDirectory, pid) },
    { name, ...resident, read: () => residentMegabytes(pid) },
    { name: `${name} handles`, ...count, read: () => openHandles(pid) },
  ]
}

/** The first of a scheme; of a site that has only https, https. */
function urlOf(urls: readonly string[], scheme: 'http:' | 'https:' | 'tcp:'): URL {
  const parsed = urls.map((url) => new URL(url))
  return parsed.find(({ protocol }) => protocol === scheme) ?? (parsed[0] as URL)
}
