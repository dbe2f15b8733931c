// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import { fileURLToPath } from 'node:url'
import type { Probe } from '../scenario.ts'
import { freePort, poll, type Target, waitForOk, waitForPort } from '../target.ts'
import { startEdge } from '../tunnel-programs.ts'
import { runWrk } from '../wrk.ts'
import { startSmallUpstream } from './small-upstream.ts'

const connections = 64
const warmUpSeconds = 4
const seconds = 3
/** Measured in turn, so that what disturbs the machine disturbs both. */
const turns = 3

/** Five rules as people write them: what gets in, what is answered by the policy, what the upstream and the visitor are told. */
const policy = JSON.stringify({
  on_http_request: [
    {
      expressions: ["req.url.path.startsWith('/admin') && !inCidrRange(conn.client_ip, '10.0.0.0/8')"],
      actions: [{ type: 'deny' }],
    },
    {
      expressions: ["hasReqHeader('x-block') || req.method == 'TRACE'"],
      actions: [{ type: 'custom-response', config: { status_code: 405 } }],
    },
    {
      expressions: ["req.headers['user-agent'].exists(agent, agent.contains('badbot'))"],
      actions: [{ type: 'deny', config: { status_code: 404 } }],
    },
    {
      expressions: ["req.host.startsWith('policed')"],
      actions: [{ type: 'add-headers', config: { headers: { 'x-client': '${conn.client_ip}' } } }],
    },
  ],
  on_http_response: [
    {
      expressions: ['res.status_code < 400'],
      actions: [{ type: 'add-headers', config: { headers: { 'x-frame-options': 'DENY' } } }],
    },
  ],
})

const program = fileURLToPath(new URL('../programs/policed-agent.js', import.meta.url))

export const policyRules: Probe = {
  name: 'policy',
  title: 'small requests with a policy of five rules, and without one, through the same edge and agent',
  metrics: [
    { name: 'five rules', unit: 'requests/s' },
    { name: 'no policy', unit: 'requests/s' },
  ],
  needs: ['wrk', 'nginx'],
  maxRounds: 5,
  async measure(children, signal) {
    const upstreamPort = await freePort()
    await startSmallUpstream(upstreamPort, children)
    await waitForPort(upstreamPort, children, signal)
    const edge = await startEdge(children, signal)
    const targetOf = (name: string): Target => ({ port: edge.httpPort, host: `${name}.localhost:${edge.httpPort}` })
    const [policed, plain] = [targetOf('policed'), targetOf('plain')]
    const urls = [plain, policed].map(({ host }) => `http://${host}`)
    const agent = children.start([process.execPath, program, edge.connectionString, `${upstreamPort}`, ...urls, policy])
    await poll('endpoints', children, signal, async () => agent.output().includes('online\n') || undefined)
    for (const target of [policed, plain]) await waitForOk(target, children, signal)
    for (const target of [policed, plain]) await runWrk(target, connections, warmUpSeconds, children, signal)
    const rates: [policed: number[], plain: number[]] = [[], []]
    for (let turn = 0; turn < turns; turn++) {
      rates[0].push((await runWrk(policed, connections, seconds, children, signal)).requestsPerSecond)
      rates[1].push((await runWrk(plain, connections, seconds, children, signal)).requestsPerSecond)
    }
    return rates.map((all) => all.reduce((sum, rate) => sum + rate, 0) / all.length)
  },
}
