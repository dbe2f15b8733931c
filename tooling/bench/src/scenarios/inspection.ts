import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Probe } from '../scenario.ts'
import { type Target, waitForOk } from '../target.ts'
import { agentCommand, startEdge } from '../tunnel-programs.ts'
import { ratesInTurn } from './in-turn.ts'
import { ownSmallUpstream } from './small-upstream.ts'

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
    const upstreamPort = await ownSmallUpstream(children, signal)
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
    return ratesInTurn(targets, children, signal)
  },
}
