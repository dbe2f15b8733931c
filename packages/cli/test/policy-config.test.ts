import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { CONNECT, createHome, RunningCommand, run } from './run-command.ts'

const env = { TUNNEL_CONNECT: CONNECT }

function homeWith(config: string, files: Readonly<Record<string, string>> = {}): string {
  const home = createHome()
  const directory = join(home, '.config/tunnel')
  mkdirSync(directory, { recursive: true })
  for (const [name, text] of Object.entries({ 'tunnel.yml': config, ...files }))
    writeFileSync(join(directory, name), text)
  return home
}

async function policiesOf(config: string, files?: Readonly<Record<string, string>>): Promise<(string | undefined)[]> {
  const command = await new RunningCommand(['start', '--all'], { env, home: homeWith(config, files) }).online()
  return command.edge.requests.map(({ trafficPolicy }) => trafficPolicy)
}

it('reads the policy of an endpoint from a file beside the configuration', async () => {
  const policy = '# mine\non_http_request: [{actions: [{type: deny}]}]\n'
  const config = 'version: 3\nendpoints: [{name: web, upstream: {url: 80}, traffic_policy_file: policy.yml}]\n'
  expect(await policiesOf(config, { 'policy.yml': policy })).toEqual([policy])
})

it('turns the older keys of a tunnel into a policy', async () => {
  const [policy = ''] = await policiesOf(`version: 2
tunnels:
  it:
    proto: http
    addr: 80
    basic_auth: [bob:bobpassword]
    circuit_breaker: 0.5
    compression: true
    ip_restriction: {allow_cidrs: [10.0.0.0/8], deny_cidrs: [10.1.0.0/16]}
    request_header: {add: ["x-a: 1"], remove: [x-b]}
    response_headers: {add: ["x-c: 1"]}
    ua_filter_deny: [bot]
    user_agent_filter: {allow: [goodbot]}
    verify_webhook: {provider: github, secret: s3cret}
    traffic_policy: {inbound: [{name: own, actions: [{type: log, config: {metadata: {}}}]}]}
`)
  expect([...policy.matchAll(/^on_.*|(?<=name: ).*|(?<=type: ).*/gm)].map(([text]) => text)).toEqual([
    ...['on_http_request:', 'ip restriction', 'restrict-ips', 'user-agent filter', 'user-agent-filter'],
    ...['webhook verification', 'verify-webhook', 'basic auth', 'basic-auth', 'own', 'log'],
    ...['circuit breaker', 'circuit-breaker', 'request headers', 'remove-headers', 'add-headers'],
    ...['on_http_response:', 'compression', 'compress-response', 'response headers', 'add-headers'],
  ])
  expect(policy).toContain('          allow:\n            - goodbot\n          deny:\n            - bot\n')
})

it('asks for both schemes with one policy', async () => {
  const policies = await policiesOf(
    'version: 2\ntunnels: {it: {proto: http, addr: 80, schemes: [http, https], compression: true}}\n',
  )
  expect(policies).toHaveLength(2)
  expect(policies[0]).toBe(policies[1])
})

it('asks for nothing where every key is off', async () => {
  const tunnel = '{proto: http, addr: 80, compression: false, circuit_breaker: 0, basic_auth: []}'
  expect(await policiesOf(`version: 2\ntunnels: {it: ${tunnel}}\n`)).toEqual([undefined])
})

it('says of all endpoints what is wrong with their policies, before it connects', async () => {
  const config = `version: 3
endpoints:
  - {name: web, upstream: {url: 80}, traffic_policy: {on_http_request: [{actions: [{type: dany}]}]}}
  - {name: file, upstream: {url: 80}, traffic_policy_file: policy.yml}
  - {name: fine, upstream: {url: 80}}
tunnels:
  old: {proto: http, addr: 80, basic_auth: [a:b], oauth: {provider: google}}
  ssh: {proto: tcp, addr: 22, basic_auth: [bob:bobpassword]}
`
  const home = homeWith(config, { 'policy.yml': 'on_tcp_connect: 3' })
  const path = `${home}/.config/tunnel/tunnel.yml`
  const { exitCode, stderr, command } = await run(['start', '--all'], { env, home })
  expect({ exitCode, sessions: command.edge.sessions.length }).toEqual({ exitCode: 1, sessions: 0 })
  expect(stderr.split('\n').filter((line) => line.startsWith('ERROR'))).toEqual([
    'ERROR:  endpoint "web": TrafficPolicy invalid:',
    `ERROR:  ${path}:3:91: unknown action \`dany\`; did you mean \`deny\`? (ERR_TUNNEL_2201)`,
    'ERROR:  endpoint "file": TrafficPolicy invalid:',
    `ERROR:  ${home}/.config/tunnel/policy.yml:1:17: expected a list of rules, got the number 3 (ERR_TUNNEL_2236)`,
    'ERROR:  endpoint "old": TrafficPolicy invalid:',
    `ERROR:  ${path}:7:44: basic_auth: password of 1 characters is not 8 to 128 (ERR_TUNNEL_360)`,
    'ERROR:  endpoint "ssh": TrafficPolicy invalid:',
    `ERROR:  ${path}:8:43: basic_auth: is not supported on tcp endpoints (ERR_TUNNEL_2205)`,
    'ERROR:  ',
    'ERROR:  ERR_TUNNEL_9026',
  ])
  // Without a connection, the check says the same.
  const check = await run(['config', 'check'], { env: {}, home })
  expect(check).toMatchObject({ exitCode: 1, stdout: '', stderr })
})

it('checks policies without asking anybody for one, and says which file cannot be read', async () => {
  const config = `version: 3
endpoints:
  - {name: web, upstream: {url: 80}, traffic_policy: {on_http_request: [{actions: [{type: deny}]}]}}
  - {name: far, upstream: {url: 80}, traffic_policy_url: http://127.0.0.1:9/policy.yml}
`
  const home = homeWith(config)
  const path = join(home, '.config/tunnel/tunnel.yml')
  const good = await run(['config', 'check'], { env: {}, home })
  expect(good).toMatchObject({ exitCode: 0, stdout: `Valid configuration file at ${path}\n`, stderr: '' })
  writeFileSync(
    path,
    config.replace('traffic_policy_url: http://127.0.0.1:9/policy.yml', 'traffic_policy_file: no.yml'),
  )
  const bad = await run(['config', 'check'], { env: {}, home })
  expect(bad).toMatchObject({ exitCode: 1, stdout: '' })
  expect(bad.stderr).toMatch(/^ERROR: {2}endpoint "far": traffic_policy_file .*no\.yml cannot be read/)
})

it('refuses a file that is not there, and a policy of a tunnel with labels', async () => {
  const missing = 'version: 3\nendpoints: [{name: web, upstream: {url: 80}, traffic_policy_file: nope.yml}]\n'
  const home = homeWith(missing)
  expect((await run(['start', 'web'], { env, home })).stderr).toBe(
    `ERROR:  endpoint "web": traffic_policy_file ${home}/.config/tunnel/nope.yml cannot be read: there is no such file (ENOENT)\n`,
  )
  const labeled = 'version: 2\ntunnels: {it: {labels: [a=b], addr: 80, policy: {inbound: [{type: deny}]}}}\n'
  expect((await run(['start', 'it'], { env, home: homeWith(labeled) })).stderr).toContain(
    'endpoint "it": a tunnel with labels has no traffic policy',
  )
})
