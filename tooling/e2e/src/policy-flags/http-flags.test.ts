// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import '../harness/dangling.ts'
import { createHmac } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runAgentProgram, startEdgeProgram } from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { startUpstream } from '../harness/upstream.ts'
import { startSite } from './curl.ts'

function policyFile(text: string): string {
  const path = join(temporaryDirectory(), 'policy.yml')
  writeFileSync(path, text)
  return path
}

test('--basic-auth lets in those who know a password, and the service hears of no other', async () => {
  const users = ['--basic-auth', 'username1:password1', '--basic-auth', 'username2:password2']
  const { curl, upstream, printed } = await startSite(users)
  const refused = await curl('/')
  expect(refused.status).toBe(401)
  expect(refused.headers['www-authenticate']).toMatch(/^Basic realm="ngrok"/)
  expect((await curl('/', '--user', 'username1:password2')).status).toBe(401)
  expect((await curl('/', '--request', 'OPTIONS')).status).toBe(401)
  expect(upstream.requests).toEqual([])
  expect(await curl('/one', '--user', 'username1:password1')).toMatchObject({ status: 200, body: 'hello' })
  expect(await curl('/two', '--user', 'username2:password2')).toMatchObject({ status: 200, body: 'hello' })
  expect(upstream.requests).toEqual(['GET /one', 'GET /two'])
  expect(printed()).toContain('WARN:   --basic-auth is deprecated: use --traffic-policy-file and the action basic-auth')
})

test('--cidr-deny keeps networks out, --cidr-allow lets only them in', async () => {
  const denied = await startSite(['--cidr-deny', '127.0.0.0/8'])
  const answer = await denied.curl('/')
  expect(answer.status).toBe(403)
  expect(Object.values(answer.headers)).toContain('ERR_TUNNEL_3205')
  expect(denied.upstream.requests).toEqual([])
  const allowed = await startSite(['--cidr-allow', '127.0.0.0/8,192.0.2.0/24', '--cidr-deny', '127.0.0.2'])
  expect((await allowed.curl('/')).status).toBe(200)
})

test('header flags change what each side sees', async () => {
  const { curl, received } = await startSite([
    ...['--request-header-add', 'x-visitor: ${.ngrok.client_ip}', '--request-header-add', 'host: app.local'],
    ...['--request-header-remove', 'x-secret'],
    ...[
      '--response-header-add',
      '"x-added: one, two",x-status: ${res.status_code}',
      '--response-header-remove',
      'X-Service',
    ],
  ])
  const { status, headers } = await curl('/', '--header', 'x-secret: 1')
  expect(received).toMatchObject([{ 'x-visitor': '127.0.0.1', host: 'app.local' }])
  expect(received[0]).not.toHaveProperty('x-secret')
  expect({ status, headers }).toMatchObject({ status: 200, headers: { 'x-added': 'one, two', 'x-status': '200' } })
  expect(headers).not.toHaveProperty('x-service')
})

test('--compression compresses for those who take it', async () => {
  const body = 'compress me '.repeat(1_000)
  const { curl } = await startSite(['--compression'], { body })
  const packed = await curl('/', '--header', 'accept-encoding: br, gzip')
  expect(packed.headers['content-encoding']).toBe('gzip')
  expect(packed.body.length).toBeLessThan(body.length / 10)
  expect(await curl('/', '--compressed')).toMatchObject({ status: 200, body })
  expect((await curl('/')).headers).not.toHaveProperty('content-encoding')
})

test('--ua-filter-deny turns agents away unless --ua-filter-allow knows them', async () => {
  const { curl } = await startSite(['--ua-filter-deny', '(?i)google', '--ua-filter-allow', '(?i)google-images'])
  const refused = await curl('/', '--user-agent', 'Googlebot/2.1')
  expect(refused).toMatchObject({ status: 403, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3211' } })
  expect((await curl('/', '--user-agent', 'Google-Images/1.0')).status).toBe(200)
  expect((await curl('/', '--user-agent', 'Mozilla/5.0')).status).toBe(200)
  expect((await curl('/', '--header', 'user-agent:')).status).toBe(403)
})

test('--verify-webhook lets only signed deliveries through', async () => {
  const { curl, upstream } = await startSite(['--verify-webhook', 'github', '--verify-webhook-secret', 's3cret'])
  const signature = createHmac('sha256', 's3cret').update('{"a":1}').digest('hex')
  const send = (value: string) => curl('/hook', '--header', `x-hub-signature-256: sha256=${value}`, '--data', '{"a":1}')
  expect((await send(signature)).status).toBe(200)
  expect((await send(signature.replace(/^./, (digit) => (digit === '0' ? '1' : '0')))).status).toBe(403)
  expect((await curl('/hook', '--data', '{"a":1}')).status).toBe(403)
  expect(upstream.requests).toEqual(['POST /hook'])
})

test('--circuit-breaker spares a service that fails', async () => {
  const { curl, upstream } = await startSite(['--circuit-breaker', '0.1'], { status: 500 })
  for (let times = 0; times < 20; times++) expect((await curl('/')).status).toBe(500)
  const answer = await curl('/')
  expect(answer.status).toBe(503)
  expect(Object.values(answer.headers)).toContain('ERR_TUNNEL_3202')
  expect(upstream.requests).toHaveLength(20)
})

test('--traffic-policy-file and flags work together', async () => {
  const path = policyFile(`on_http_request:
  - expressions: ["req.url.path == '/teapot'"]
    actions: [{type: custom-response, config: {status_code: 418, body: short and stout}}]
`)
  const { curl, upstream } = await startSite(['--traffic-policy-file', path, '--basic-auth', 'bob:bobpassword'])
  expect((await curl('/teapot')).status).toBe(401)
  const bob = ['--user', 'bob:bobpassword']
  expect(await curl('/teapot', ...bob)).toMatchObject({ status: 418, body: 'short and stout' })
  expect((await curl('/', ...bob)).status).toBe(200)
  expect(upstream.requests).toEqual(['GET /'])
})

test('--traffic-policy-url is read when the agent starts', async () => {
  const policies = await startUpstream((_incoming, response) =>
    response.end('{"on_http_request": [{"actions": [{"type": "deny", "config": {"status_code": 410}}]}]}'),
  )
  const { curl } = await startSite(['--traffic-policy-url', `http://127.0.0.1:${policies.port}/policy.json`])
  expect((await curl('/')).status).toBe(410)
  expect(policies.requests).toEqual(['GET /policy.json'])
})

test('a policy that is wrong puts nothing online, and every fault has its place', async () => {
  const edge = await startEdgeProgram()
  const path = policyFile('on_http_request:\n  - actions: [{type: dany}, {type: deny, config: {status: 3}}]\n')
  const { code, stderr } = await runAgentProgram(edge.connectionString, ['http', '80', '--traffic-policy-file', path])
  expect(code).toBe(1)
  expect(stderr.split('\n')).toEqual([
    'ERROR:  TrafficPolicy invalid:',
    `ERROR:  ${path}:2:22: unknown action \`dany\`; did you mean \`deny\`? (ERR_TUNNEL_2201)`,
    `ERROR:  ${path}:2:51: unknown field \`status\`; did you mean \`status_code\`? (ERR_TUNNEL_2203)`,
    'ERROR:  ',
    'ERROR:  ERR_TUNNEL_9026',
    '',
  ])
})
