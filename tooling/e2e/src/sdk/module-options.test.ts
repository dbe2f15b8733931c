// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import '../harness/dangling.ts'
import { forwardOver, type ModuleOptions } from '@tunnel/agent-core'
import { compilePolicy } from '@tunnel/traffic-policy'
import { expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { startUpstream } from '../harness/upstream.ts'

const basic = (pair: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
})

test('basic_auth of the SDK is asked for by the edge, and a listener can change it while it is online', async () => {
  const [tunnel, upstream] = [await startTestEdge(), await startUpstream((_incoming, response) => response.end('in'))]
  const listener = await tunnel.forward(upstream, { url: tunnel.url('app'), basic_auth: 'me:my password' })
  const url = listener.url()
  expect((await request(url)).status).toBe(401)
  expect(await request(url, { headers: basic('me:my password') })).toMatchObject({ status: 200, text: 'in' })
  await listener.update({ trafficPolicy: '' })
  expect((await request(url)).status).toBe(200)
})

test('headers of the SDK are added and removed, as the upstream and the visitor see them', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((incoming, response) => {
    response.setHeader('x-secret', 'yes')
    response.end(`${incoming.headers['x-added']} ${incoming.headers['x-dropped']}`)
  })
  const listener = await tunnel.forward(upstream, {
    url: tunnel.url('app'),
    request_header_add: 'x-added: by the edge',
    request_header_remove: 'x-dropped',
    response_header_add: 'x-seen:too',
    response_header_remove: 'x-secret',
  })
  const { text, headers } = await request(listener.url(), { headers: { 'x-dropped': 'y' } })
  expect([text, headers['x-seen'], headers['x-secret']]).toEqual(['by the edge undefined', 'too', undefined])
})

test.each<ModuleOptions>([
  { ip_restriction_deny_cidrs: '127.0.0.0/8' },
  { deny_user_agent: '(?i)bot' },
  { allow_user_agent: ['^curl/', "it's"], deny_user_agent: '.*' },
  { verify_webhook_provider: 'github', verify_webhook_secret: 'secret' },
  { circuit_breaker: 0.5, compression: true },
  { basic_auth: ['a:password', 'b:${conn.client_ip}'] },
])('%j is a policy that compiles', async (options) => {
  const tunnel = await startTestEdge()
  const session = await tunnel.connectAgent()
  const listener = await forwardOver(session, { addr: 1, url: tunnel.url('app'), ...options })
  expect(compilePolicy(listener.request.trafficPolicy ?? '', { protocol: 'https' })).toMatchObject({ ok: true })
})

test('a visitor from a denied network is refused by the edge', async () => {
  const [tunnel, upstream] = [await startTestEdge(), await startUpstream((_incoming, response) => response.end('in'))]
  const listener = await tunnel.forward(upstream, {
    url: tunnel.url('app'),
    ip_restriction_deny_cidrs: ['127.0.0.0/8'],
  })
  expect((await request(listener.url())).status).toBe(403)
})
