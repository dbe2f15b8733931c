import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { aloneBefore, attacks, beside } from '../attacks.ts'
import { startNginx } from '../nginx.ts'
import type { Children } from '../process.ts'
import type { Probe } from '../scenario.ts'
import { freePort, poll, type Target, waitForOk, waitForPort } from '../target.ts'
import { agentCommand, type RunningEdge, startEdge } from '../tunnel-programs.ts'
import { runWrk } from '../wrk.ts'
import { bulkLocation, writeBulkFile } from './bulk-upstream.ts'
import { smallLocation } from './small-upstream.ts'

const NAME = 'besieged.localhost'
const connections = 64
const warmUpSeconds = 4
const seconds = 2
/** Until attackers have their connections, and answers that nobody reads fill the buffers on their way: that is a download like any other (`fairness`). */
const settleMs = 2_500
const names = Object.keys(attacks)

const program = fileURLToPath(new URL('../programs/attacker.js', import.meta.url))

/** Each attack's rate is one that a single attacker keeps up, and next to nothing in bytes. */
export const underSiege: Probe = {
  name: 'under-siege',
  title: `small requests over ${connections} connections, alone and beside each attack, in turn`,
  metrics: names.flatMap((name) => [
    { name: aloneBefore(name), unit: 'requests/s' },
    { name: beside(name), unit: 'requests/s' },
    { name, unit: 'a second' },
  ]),
  needs: ['wrk', 'nginx'],
  maxRounds: 5,
  async measure(children, signal) {
    const upstreamPort = await freePort()
    await startUpstream(upstreamPort, children)
    await waitForPort(upstreamPort, children, signal)
    const edge = await startEdge(children, signal)
    const target: Target = { port: edge.httpPort, host: `${NAME}:${edge.httpPort}` }
    const urls = ['--scheme=http,https', `--url=${NAME}`]
    children.start(agentCommand(['http', String(upstreamPort), ...urls, '--inspect=false']), {
      env: { TUNNEL_CONNECT: edge.connectionString },
    })
    await waitForOk(target, children, signal)
    const rate = async (): Promise<number> =>
      (await runWrk(target, connections, seconds, children, signal)).requestsPerSecond
    await runWrk(target, connections, warmUpSeconds, children, signal)

    const figures: number[] = []
    for (const name of names) {
      figures.push(await rate())
      const stop = await startAttack(name, edge, children, signal)
      figures.push(await rate())
      figures.push(await stop())
    }
    return figures
  },
}

/** Resolves once it is under way, to what stops it and tells its rate. */
async function startAttack(
  name: string,
  edge: RunningEdge,
  children: Children,
  signal: AbortSignal,
): Promise<() => Promise<number>> {
  const child = children.start([process.execPath, program, name, `${edge.httpPort}`, `${edge.httpsPort}`, NAME])
  await poll(name, children, signal, async () => child.output().includes('attacking\n') || undefined)
  await delay(settleMs, undefined, { signal })
  return async () => {
    if (child.ended) throw child.failure()
    await children.end(child)
    return Number(/^([\d.]+) a second$/m.exec(child.output())?.[1])
  }
}

/** nginx with a small answer, a large one, and one that waits for a whole body. */
async function startUpstream(port: number, children: Children): Promise<void> {
  await writeBulkFile(children)
  await startNginx(
    children,
    `server {
    listen 127.0.0.1:${port};
    default_type text/plain;
    ${bulkLocation(children)}
    location = /body { proxy_pass http://127.0.0.1:${port}/; }
    ${smallLocation}
  }`,
  )
}
