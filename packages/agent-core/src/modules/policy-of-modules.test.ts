// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import { describe, expect, test } from 'vitest'
import type { ModuleOptions } from './module-options.ts'
import { policyOfModules } from './policy-of-modules.ts'

const rules = (options: ModuleOptions, proto: 'http' | 'tcp' | 'tls' = 'http'): unknown =>
  JSON.parse(policyOfModules(options, proto) ?? 'null')

test.each<ModuleOptions>([
  {},
  { basic_auth: [], compression: false, circuit_breaker: 0, oauth_provider: '', request_header_add: [] },
])('%j asks for nothing', (options) => {
  expect(policyOfModules(options, 'http')).toBeUndefined()
})

test('takes a text for a list of one', () => {
  expect(rules({ basic_auth: 'me:password1' })).toEqual(rules({ basic_auth: ['me:password1'] }))
  expect(rules({ auth: 'me:password1' })).toEqual(rules({ basic_auth: ['me:password1'] }))
})

test('a password that looks like an expression is none', () => {
  expect(rules({ basic_auth: 'me:${conn.ip}xx' })).toEqual({
    on_http_request: [
      { name: 'basic auth', actions: [{ type: 'basic-auth', config: { credentials: ['me:$${conn.ip}xx'] } }] },
    ],
  })
})

test('only denied networks let all others pass', () => {
  expect(rules({ ip_restriction_deny_cidrs: '192.0.2.0/24' }, 'tcp')).toEqual({
    on_tcp_connect: [
      {
        name: 'ip restriction',
        actions: [{ type: 'restrict-ips', config: { allow: ['0.0.0.0/0', '::/0'], deny: ['192.0.2.0/24'] } }],
      },
    ],
  })
})

test('user agents are filtered by the patterns as they are', () => {
  expect(rules({ deny_user_agent: ["') || ${true}", 'bot'], allow_user_agent: 'good' })).toEqual({
    on_http_request: [
      {
        name: 'user-agent filter',
        actions: [{ type: 'user-agent-filter', config: { allow: ['good'], deny: ["') || ${true}", 'bot'] } }],
      },
    ],
  })
})

test('has the order in which modules ran', () => {
  const all: ModuleOptions = {
    response_header_add: 'x: y',
    request_header_add: ['a: b', 'a: c', 'd:e:f'],
    request_header_remove: 'q',
    circuit_breaker: 0.5,
    compression: true,
    oidc_issuer_url: 'https://id.example',
    oidc_client_id: 'i',
    oidc_client_secret: 's',
    oauth_provider: 'google',
    oauth_allow_domains: 'example.com',
    basic_auth: 'me:password1',
    verify_webhook_provider: 'github',
    verify_webhook_secret: 'secret',
    allow_user_agent: 'curl',
    ip_restriction_allow_cidrs: '192.0.2.0/24',
  }
  const { on_http_request: requests, on_http_response: responses } = rules(all) as Record<string, { name: string }[]>
  expect(requests?.map(({ name }) => name)).toEqual([
    'ip restriction',
    'user-agent filter',
    'webhook verification',
    'basic auth',
    'oauth',
    'oauth identities',
    'oidc',
    'circuit breaker',
    'request headers',
  ])
  expect(responses?.map(({ name }) => name)).toEqual(['compression', 'response headers'])
  expect(requests?.at(-1)).toMatchObject({
    actions: [
      { type: 'remove-headers', config: { headers: ['q'] } },
      { type: 'add-headers', config: { headers: { a: ['b', 'c'], d: 'e:f' } } },
    ],
  })
})

describe('refuses', () => {
  test.each<[ModuleOptions, 'http' | 'tcp' | 'tls', number]>([
    [{ basic_auth: 'me:password1' }, 'tcp', 9021],
    [{ compression: true }, 'tls', 9021],
    [{ oidc_issuer_url: 'https://id.example' }, 'http', 301],
    [{ request_header_add: 'hunter2' }, 'http', 370],
  ])('%j of %s', (options, proto, number) => {
    const refusal = { code: `ERR_TUNNEL_${number}`, message: expect.not.stringContaining('hunter2') }
    expect(() => policyOfModules(options, proto)).toThrow(expect.objectContaining(refusal))
  })
})
