// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createHome, RunningCommand, run } from './run-command.ts'

/** What the edge is asked for, of a command that came online. */
async function policyOf(...argv: string[]): Promise<(string | undefined)[]> {
  const command = await new RunningCommand(argv).online()
  return command.edge.requests.map(({ trafficPolicy }) => trafficPolicy)
}

function policyFile(text: string): string {
  const path = join(createHome(), 'policy.yml')
  writeFileSync(path, text)
  return path
}

const denyAll = '# nobody\non_http_request:\n  - actions: [{type: deny}]\n'

it.each(['--traffic-policy-file', '--policy-file'])('asks for the policy of %s as it is', async (flag) => {
  expect(await policyOf('http', '80', flag, policyFile(denyAll))).toEqual([denyAll])
})

it('takes a policy in JSON', async () => {
  const policy = '{"on_http_request": [{"actions": [{"type": "deny"}]}]}'
  expect(await policyOf('http', '80', '--traffic-policy-file', policyFile(policy))).toEqual([policy])
})

it('asks for no policy where there is none', async () => {
  expect(await policyOf('http', '80')).toEqual([undefined])
  expect(await policyOf('http', '80', '--traffic-policy-file', '')).toEqual([undefined])
  expect(await policyOf('http', '80', '--compression=false')).toEqual([undefined])
})

it('asks for the policy on both schemes', async () => {
  expect(await policyOf('http', '80', '--scheme', 'http,https', '--traffic-policy-file', policyFile(denyAll))).toEqual([
    denyAll,
    denyAll,
  ])
})

it('reads a policy from a URL, with the password of the URL and without showing it', async () => {
  const seen: unknown[] = []
  const server = createServer((request, response) => {
    seen.push(request.url, request.headers.authorization)
    response.end(request.url?.startsWith('/good') ? denyAll : 'on_http_request: [{actions: [{type: dany}]}]')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    expect(await policyOf('http', '80', '--traffic-policy-url', `http://me:pass@${origin}/good?v=1`)).toEqual([denyAll])
    expect(seen).toEqual(['/good?v=1', `Basic ${Buffer.from('me:pass').toString('base64')}`])
    const { exitCode, stderr, command } = await run([
      'http',
      '80',
      '--traffic-policy-url',
      `http://me:pass@${origin}/bad`,
    ])
    expect({ exitCode, sessions: command.edge.sessions.length }).toEqual({ exitCode: 1, sessions: 0 })
    expect(stderr).toContain(`ERROR:  http://${origin}/bad:1:37: unknown action \`dany\`; did you mean \`deny\`?`)
    expect(stderr).not.toContain('pass')
  } finally {
    server.close()
  }
})

it.each([
  ['ftp://a/b', '--traffic-policy-url is an http or https URL'],
  ['policy.yml', '--traffic-policy-url is an http or https URL'],
  ['http://127.0.0.1:1/p', '--traffic-policy-url http://127.0.0.1:1/p cannot be read: '],
])('refuses the policy of %s', async (url, message) => {
  const { exitCode, stderr } = await run(['http', '80', '--traffic-policy-url', url])
  expect(exitCode).toBe(1)
  expect(stderr).toContain(message)
})

it.each([
  [404, '', 'it answered with status 404'],
  [200, 'x'.repeat(262_145), 'it has more than 262144 bytes'],
])('refuses the policy of an address that answers %i with too little or too much', async (status, body, reason) => {
  const server = createServer((_request, response) => response.writeHead(status).end(body))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/p`
    const { stderr } = await run(['http', '80', '--traffic-policy-url', url])
    expect(stderr).toContain(`--traffic-policy-url ${url} cannot be read: ${reason}`)
  } finally {
    server.close()
  }
})

it('turns deprecated flags into a policy, and says so', async () => {
  const argv = [
    'http',
    '80',
    '--basic-auth',
    'bob:bobpassword',
    '--request-header-add',
    '"x-a: 1, 2",x-b: ${.ngrok.client_ip}',
  ]
  const command = await new RunningCommand([...argv, '--compression']).online()
  expect(command.edge.requests.map(({ trafficPolicy }) => trafficPolicy)).toEqual([
    `on_http_request:
  - name: basic auth
    actions:
      - type: basic-auth
        config:
          credentials:
            - bob:bobpassword
  - name: request headers
    actions:
      - type: add-headers
        config:
          headers:
            x-a: 1, 2
            x-b: \${conn.client_ip}
on_http_response:
  - name: compression
    actions:
      - type: compress-response
        config:
          algorithms:
            - gzip
            - deflate
`,
  ])
  expect(command.stderr.lines).toEqual([
    'WARN:   --basic-auth is deprecated: use --traffic-policy-file and the action basic-auth',
    'WARN:   --compression is deprecated: use --traffic-policy-file and the action compress-response',
    'WARN:   --request-header-add is deprecated: use --traffic-policy-file and the action add-headers',
  ])
})

it('puts the rules of flags around those of the file', async () => {
  const path = policyFile('on_http_request: [{name: own, actions: [{type: deny}]}]')
  const [policy = ''] = await policyOf('http', '80', '--cidr-deny', '10.0.0.0/8', '--traffic-policy-file', path)
  expect([...policy.matchAll(/name: (.*)/g)].map(([, name]) => name)).toEqual(['ip restriction', 'own'])
})

it.each(['tcp', 'tls'])('filters addresses of tunnel %s when they connect, without a warning', async (kind) => {
  const command = await new RunningCommand([kind, '443', '--cidr-allow', '10.0.0.0/8,192.0.2.1', '--url', '']).online()
  expect(command.edge.requests[0]?.trafficPolicy).toMatch(/^on_tcp_connect:[\s\S]*- 10.0.0.0\/8\n +- 192.0.2.1\n$/)
  expect(command.stderr.text).not.toContain('--cidr-allow')
})

it('says everything that is wrong at once, before it connects', async () => {
  const path = policyFile(
    'on_http_request:\n  - actions: [{type: dany}]\n  - expressions: ["req.metod == \'x\'"]\n    actions: []\n',
  )
  const argv = ['http', '80', '--traffic-policy-file', path, '--basic-auth', 'falken:joshua', '--circuit-breaker', '2']
  const { exitCode, stderr, command } = await run(argv)
  expect({ exitCode, sessions: command.edge.sessions.length }).toEqual({ exitCode: 1, sessions: 0 })
  expect(stderr.split('\n').filter((line) => line.startsWith('ERROR'))).toEqual([
    'ERROR:  TrafficPolicy invalid:',
    `ERROR:  ${path}:2:22: unknown action \`dany\`; did you mean \`deny\`? (ERR_TUNNEL_2201)`,
    expect.stringMatching(/^ERROR: {2}.*:3:\d+: .* \(ERR_TUNNEL_2200\)$/),
    `ERROR:  ${path}:4:14: rule has no action (ERR_TUNNEL_2206)`,
    'ERROR:  --basic-auth: password of 6 characters is not 8 to 128 (ERR_TUNNEL_360)',
    'ERROR:  --circuit-breaker: 2 is not 0 to 1 (ERR_TUNNEL_361)',
    'ERROR:  ',
    'ERROR:  ERR_TUNNEL_9026',
  ])
  expect(stderr).not.toContain('joshua')
})

it('looks at the policy as the endpoint will: https has terminate-tls, http has not', async () => {
  const path = policyFile('on_tcp_connect: [{actions: [{type: terminate-tls}]}]')
  expect(await policyOf('http', '80', '--traffic-policy-file', path)).toHaveLength(1)
  const { stderr } = await run(['http', '80', '--url', 'http://', '--traffic-policy-file', path])
  expect(stderr).toContain('action `terminate-tls` does not support http endpoints (ERR_TUNNEL_2205)')
  const internal = await run(['http', '80', '--url', 'https://a.internal', '--traffic-policy-file', path])
  expect(internal.stderr).toContain('ERR_TUNNEL_2262')
})

it.each([
  [['--oauth', 'google', '--oauth-allow-domain', 'a.example'], '--oauth: action `oauth` is not supported yet'],
  [['--oidc', 'https://id.example', '--oidc-scope', 'openid'], '--oidc: action `openid-connect` is not supported yet'],
  [['--oauth-allow-email', 'a@b.example'], '--oauth-allow-email needs --oauth beside it'],
  [['--oidc-client-id', 'x'], '--oidc-client-id needs --oidc beside it'],
  [['--verify-webhook-secret', 'x'], '--verify-webhook-secret needs --verify-webhook beside it'],
  [['--verify-webhook', 'github'], '--verify-webhook: github needs a secret (ERR_TUNNEL_15007)'],
  [['--circuit-breaker', 'half'], '--circuit-breaker is a number from 0 to 1, not "half"'],
  [['--request-header-add', 'foo.local'], '--request-header-add: a header to add has the form name: value'],
  [['--basic-auth', '"u:longenough'], '--basic-auth has an item in quotes that does not end'],
  [
    ['--policy-file', 'a', '--traffic-policy-url', 'http://b'],
    '--traffic-policy-url, --policy-file all give the traffic policy',
  ],
  [
    ['--traffic-policy-file', '/nowhere/policy.yml'],
    '--traffic-policy-file /nowhere/policy.yml cannot be read: there is no such file (ENOENT)',
  ],
  [['--traffic-policy-file', '/'], '--traffic-policy-file / cannot be read: it is a directory'],
])('refuses %j', async (argv, message) => {
  const { exitCode, stderr, command } = await run(['http', '80', ...argv])
  expect({ exitCode, sessions: command.edge.sessions.length }).toEqual({ exitCode: 1, sessions: 0 })
  expect(stderr).toContain(message)
})

it('refuses a file that is too large, and text that is no YAML', async () => {
  const large = await run(['http', '80', '--traffic-policy-file', policyFile('#'.repeat(262_145))])
  expect(large.stderr).toContain('it has more than 262144 bytes')
  const broken = await run(['http', '80', '--traffic-policy-file', policyFile('on_http_request: [\n  {')])
  expect(broken.stderr).toMatch(/policy\.yml:\d+:\d+: .*\(ERR_TUNNEL_2236\)/)
})
