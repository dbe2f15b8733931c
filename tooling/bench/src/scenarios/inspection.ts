import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Probe } from '../scenario.ts'
import { freePort, type Target, waitForOk, waitForPort } from '../target.ts'
import { agentCommand, startEdge } from '../tunnel-programs.ts'
import { runWrk } from '../wrk.ts'
import { startSmallUpstream } from './small-upstream.ts'

const connections = 64
const warmUpSeconds = 4
const seconds = 3
/** Measured in turn, so that what disturbs the machine disturbs both. */
const turns = 3

export const inspection: Probe = {
  name: 'inspection',
  title: 'small requests that the inspector captures, and such that it does not, through the same edge and agent',
  metrics: [
    { name: 'captured', unit: 'requests/s' },
    { name: 'not captured', unit: 'requests/s' },
  ],
  needs: ['wrk', 'nginx'],
  maxRounds: 5,
  async measure(children, signal) {
    const upstreamPort = await freePort()
    await startSmallUpstream(upstreamPort, children)
    await waitForPort(upstreamPort, children, signal)
    const edge = await startEdge(children, signal)
    const targetOf = (name: string): Target => ({ port: edge.httpPort, host: `${name}.localhost:${edge.httpPort}` })
    const targets = [targetOf('captured'), targetOf('plain')] as const
    const endpoints = targets.map(({ host }, index) => ({
      name: host,
      url: `http://${host}`,
      inspect: index === 0,
      upstream: { url: String(upstreamPort) },
    }))
    const config = join(children.dir, 'tunnel.yml')
    await writeFile(config, JSON.stringify({ version: 3, agent: { web_addr: '127.0.0.1:0' }, endpoints }))
    children.start(agentCommand(['start', '--all', '--log=false', '--config', config]), {
      env: { TUNNEL_CONNECT: edge.connectionString },
    })
    for (const target of targets) await waitForOk(target, children, signal)
    for (const target of targets) await runWrk(target, connections, warmUpSeconds, children, signal)
    const rates: [captured: number[], plain: number[]] = [[], []]
    for (let turn = 0; turn < turns; turn++) {
      rates[0].push((await runWrk(targets[0], connections, seconds, children, signal)).requestsPerSecond)
      rates[1].push((await runWrk(targets[1], connections, seconds, children, signal)).requestsPerSecond)
    }
    return rates.map((all) => all.reduce((sum, rate) => sum + rate, 0) / all.length)
  },
}
