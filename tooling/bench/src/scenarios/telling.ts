import { join } from 'node:path'
import type { Probe } from '../scenario.ts'
import { freePort, type Target, waitForOk } from '../target.ts'
import { agentCommand, startEdge } from '../tunnel-programs.ts'
import { ratesInTurn } from './in-turn.ts'
import { ownSmallUpstream } from './small-upstream.ts'

export const telling: Probe = {
  name: 'telling',
  title: 'small requests through an edge that tells nothing, one with metrics, and one that writes events as well',
  metrics: [
    { name: 'nothing', unit: 'requests/s' },
    { name: 'metrics', unit: 'requests/s' },
    { name: 'events and metrics', unit: 'requests/s' },
  ],
  needs: ['wrk', 'nginx'],
  maxRounds: 5,
  async measure(children, signal) {
    const upstreamPort = await ownSmallUpstream(children, signal)
    const metrics = async (): Promise<string[]> => ['--metrics-addr', `127.0.0.1:${await freePort()}`]
    const events = ['--events-file', join(children.dir, 'events.log')]
    const targets: Target[] = []
    for (const args of [[], await metrics(), [...(await metrics()), ...events]]) {
      const name = `told-${targets.length}`
      const { httpPort, connectionString } = await startEdge(children, signal, { args, data: name })
      const target = { port: httpPort, host: `${name}.localhost:${httpPort}` }
      children.start(
        agentCommand(['http', String(upstreamPort), '--url', `http://${target.host}`, '--inspect=false']),
        {
          env: { TUNNEL_CONNECT: connectionString },
        },
      )
      await waitForOk(target, children, signal)
      targets.push(target)
    }
    return ratesInTurn(targets, children, signal)
  },
}
