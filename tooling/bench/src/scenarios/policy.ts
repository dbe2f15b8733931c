// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import { fileURLToPath } from 'node:url'
import type { Probe } from '../scenario.ts'
import { poll, type Target, waitForOk } from '../target.ts'
import { startEdge } from '../tunnel-programs.ts'
import { ratesInTurn } from './in-turn.ts'
import { ownSmallUpstream } from './small-upstream.ts'

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
    const upstreamPort = await ownSmallUpstream(children, signal)
    const edge = await startEdge(children, signal)
    const targetOf = (name: string): Target => ({ port: edge.httpPort, host: `${name}.localhost:${edge.httpPort}` })
    const [policed, plain] = [targetOf('policed'), targetOf('plain')]
    const urls = [plain, policed].map(({ host }) => `http://${host}`)
    const agent = children.start([process.execPath, program, edge.connectionString, `${upstreamPort}`, ...urls, policy])
    await poll('endpoints', children, signal, async () => agent.output().includes('online\n') || undefined)
    for (const target of [policed, plain]) await waitForOk(target, children, signal)
    return ratesInTurn([policed, plain], children, signal)
  },
}
