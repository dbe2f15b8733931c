import { compilePolicy, createPolicyRuntime, PolicyEngine } from '@tunnel/traffic-policy'

const compiled = compilePolicy(`
on_http_request:
  - expressions: ["req.url.path.startsWith('/admin/')", "!inCidrRange(conn.client_ip, '10.0.0.0/8')"]
    actions: [{type: deny}]
  - actions: [{type: add-headers, config: {headers: {x-client: "\${conn.client_ip}"}}}]
`)
if (!compiled.ok)
  throw new Error(compiled.faults.map(({ line, column, message }) => `${line}:${column} ${message}`).join('\n'))
const endpoint = { id: 'ep_1', url: 'https://app.example', host: 'app.example', port: 443, protocol: 'https' as const }
const engine = new PolicyEngine(compiled.policy, createPolicyRuntime(), endpoint)
const connection = engine.connection({
  clientIp: '192.0.2.7',
  clientPort: 4711,
  serverIp: '198.51.100.1',
  serverPort: 443,
  startedAt: 0,
})

export const decide = async (target: string) => {
  const framing = {
    framing: 'none' as const,
    contentLength: 0,
    keepAlive: true,
    upgrade: undefined,
    expectContinue: false,
  }
  const head = {
    method: 'GET',
    target,
    minorVersion: 1 as const,
    headers: ['Host', 'app.example'],
    host: 'app.example',
    ...framing,
  }
  const outcome = await connection.exchange({ head, scheme: 'https', id: 'req_1', receivedAt: 0 }).onRequest()
  return outcome.kind === 'forward' ? outcome.request.headers : outcome.kind
}
