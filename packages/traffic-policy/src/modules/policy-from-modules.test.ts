// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compileExpression } from '../cel/compile-expression.ts'
import { celEnvironment } from '../cel/environment.ts'
import { splitTemplate } from '../cel/template-parts.ts'
import { compilePolicy } from '../document/compile-policy.ts'
import type { EndpointModules } from './endpoint-modules.ts'
import { type ModuleFaultCode, moduleFaultCodes } from './module-fault.ts'
import { celText, literalText } from './policy-document.ts'
import { policyFromModules } from './policy-from-modules.ts'

const textOf = (modules: EndpointModules, policy?: string, protocol: 'https' | 'tcp' = 'https') => {
  const made = policyFromModules(modules, { protocol, policy })
  if (!made.ok) throw new Error(JSON.stringify(made.faults))
  return made.text
}

const everything: EndpointModules = {
  allowCidrs: ['192.0.2.0/24', '2001:db8::/32'],
  denyCidrs: ['192.0.2.66'],
  userAgentAllow: ['(?i)google-images'],
  userAgentDeny: ['(?i)google'],
  verifyWebhook: { provider: 'github', secret: 'wh-secret' },
  basicAuth: ['bob:bobpassword', 'eve:a:colon${too}'],
  circuitBreaker: 0.5,
  compression: true,
  requestHeaderAdd: ['x-client: ${.ngrok.client_ip}', 'x-url: http://a:80'],
  requestHeaderRemove: ['X-Secret'],
  responseHeaderAdd: ['x-served-by: ${conn.server_ip}'],
  responseHeaderRemove: ['Server'],
}

const own = `
inbound:
  - name: old paths
    expressions: ["req.url.path.startsWith('/v1/')"]
    actions: [{type: url-rewrite, config: {from: /v1/, to: /v2/}}]
outbound:
  - actions: [{type: add-headers, config: {headers: {x-policy: own}}}]
`

it('writes all modules in the order in which they ran, with the own policy between them', () => {
  expect(textOf(everything, own)).toBe(`on_http_request:
  - name: ip restriction
    actions:
      - type: restrict-ips
        config:
          allow:
            - 192.0.2.0/24
            - 2001:db8::/32
          deny:
            - 192.0.2.66
  - name: user-agent filter
    actions:
      - type: user-agent-filter
        config:
          allow:
            - (?i)google-images
          deny:
            - (?i)google
  - name: webhook verification
    actions:
      - type: verify-webhook
        config:
          provider: github
          secret: wh-secret
  - name: basic auth
    actions:
      - type: basic-auth
        config:
          credentials:
            - bob:bobpassword
            - eve:a:colon$\${too}
  - name: old paths
    expressions:
      - req.url.path.startsWith('/v1/')
    actions:
      - type: url-rewrite
        config:
          from: /v1/
          to: /v2/
  - name: circuit breaker
    actions:
      - type: circuit-breaker
        config:
          error_threshold: 0.5
          volume_threshold: 20
  - name: request headers
    actions:
      - type: remove-headers
        config:
          headers:
            - X-Secret
      - type: add-headers
        config:
          headers:
            x-client: \${conn.client_ip}
            x-url: http://a:80
on_http_response:
  - actions:
      - type: add-headers
        config:
          headers:
            x-policy: own
  - name: compression
    actions:
      - type: compress-response
        config:
          algorithms:
            - gzip
            - deflate
  - name: response headers
    actions:
      - type: remove-headers
        config:
          headers:
            - Server
      - type: add-headers
        config:
          headers:
            x-served-by: \${conn.server_ip}
`)
})

it.each<[string, EndpointModules, string]>([
  [
    'deny alone lets all others pass',
    { denyCidrs: ['10.0.0.0/8'] },
    '- {type: restrict-ips, config: {allow: [0.0.0.0/0, "::/0"], deny: [10.0.0.0/8]}}',
  ],
  ['allow alone', { allowCidrs: ['10.0.0.0/8'] }, '- {type: restrict-ips, config: {allow: [10.0.0.0/8]}}'],
  [
    'a header that is there twice has two lines',
    { requestHeaderAdd: ['x-a: 1', 'x-a: 2'] },
    '- {type: add-headers, config: {headers: {x-a: ["1", "2"]}}}',
  ],
  [
    'host is replaced, not removed',
    { requestHeaderAdd: ['Host: app.local'], requestHeaderRemove: ['host', 'x-a', 'X-A'] },
    '- {type: remove-headers, config: {headers: [X-A]}}\n- {type: add-headers, config: {headers: {Host: app.local}}}',
  ],
  [
    'a sender without a secret',
    { verifyWebhook: { provider: 'sns' } },
    '- {type: verify-webhook, config: {provider: sns}}',
  ],
])('%s', (_name, modules, actions) => {
  const compiled = compilePolicy(textOf(modules)!)
  const expected = compilePolicy(`on_http_request:\n- actions:\n${actions.replace(/^/gm, '  ')}`)
  if (!compiled.ok || !expected.ok) throw new Error('did not compile')
  expect(compiled.policy.phases.on_http_request[0]!.actions.map(({ identity }) => identity)).toEqual(
    expected.policy.phases.on_http_request[0]!.actions.map(({ identity }) => identity),
  )
})

it('asks for nothing where nothing is on', () => {
  expect(textOf({ circuitBreaker: 0, compression: false, basicAuth: [], denyCidrs: [] })).toBeUndefined()
})

it('leaves a policy as it is where no module is on', () => {
  const policy = '# with a comment\non_http_request: [{type: deny}]\n'
  expect(textOf({}, policy)).toBe(policy)
})

it('leaves out a policy that is switched off', () => {
  expect(textOf({ compression: true }, `enabled: false\n${own}`)).not.toContain('old paths')
})

it('looks at addresses when a connection comes where there is no HTTP', () => {
  expect(textOf({ denyCidrs: ['192.0.2.0/24'] }, 'inbound: [{type: log, config: {metadata: {}}}]', 'tcp')).toMatch(
    /^on_tcp_connect:\n {2}- name: ip restriction\n[\s\S]* {2}- type: log\n/,
  )
})

const wrong: [EndpointModules, ModuleFaultCode[]][] = [
  [{ basicAuth: [':longenough'] }, ['ERR_TUNNEL_359']],
  [{ basicAuth: ['falken:joshua'] }, ['ERR_TUNNEL_360']],
  [{ basicAuth: ['no colon'] }, ['ERR_TUNNEL_360']],
  [{ basicAuth: [`u:${'p'.repeat(129)}`] }, ['ERR_TUNNEL_360']],
  [{ basicAuth: [`${'u'.repeat(129)}:longenough`] }, ['ERR_TUNNEL_15008']],
  [{ basicAuth: Array(11).fill('u:longenough') }, ['ERR_TUNNEL_15009']],
  [{ basicAuth: ['u\u0001:longenough'] }, ['ERR_TUNNEL_15011']],
  [{ basicAuth: ['u:long\u0007enough'] }, ['ERR_TUNNEL_15012']],
  [{ basicAuth: [':short', 'a:b'] }, ['ERR_TUNNEL_359', 'ERR_TUNNEL_360', 'ERR_TUNNEL_360']],
  [{ circuitBreaker: 1.5 }, ['ERR_TUNNEL_361']],
  [{ circuitBreaker: -1 }, ['ERR_TUNNEL_361']],
  [{ circuitBreaker: Number.NaN }, ['ERR_TUNNEL_361']],
  [{ allowCidrs: ['10.0.0/8'], denyCidrs: ['::g'] }, ['ERR_TUNNEL_362', 'ERR_TUNNEL_362']],
  [{ verifyWebhook: { provider: 'githb', secret: 's' } }, ['ERR_TUNNEL_363']],
  [{ verifyWebhook: { provider: 'github' } }, ['ERR_TUNNEL_15007']],
  [{ requestHeaderAdd: ['foo.local'] }, ['ERR_TUNNEL_370']],
  [{ responseHeaderAdd: [': value'] }, ['ERR_TUNNEL_370']],
  [{ requestHeaderAdd: ['a b: c'] }, ['ERR_TUNNEL_371']],
  [{ requestHeaderRemove: ['user-agent'] }, ['ERR_TUNNEL_371']],
  [{ responseHeaderAdd: ['x-a: ${.backend.id}'] }, ['ERR_TUNNEL_372']],
  [{ responseHeaderAdd: ['x-a: ${'] }, ['ERR_TUNNEL_372']],
  [{ requestHeaderAdd: ['X-A: 1', 'x-a: 2'] }, ['ERR_TUNNEL_373']],
  [{ requestHeaderRemove: ['Host'] }, ['ERR_TUNNEL_398']],
  [{ userAgentDeny: ['(', 'ok', '(?=x)'] }, ['ERR_TUNNEL_2090', 'ERR_TUNNEL_2090']],
]

it.each(wrong)('says of %j what is wrong with it', (modules, codes) => {
  const made = policyFromModules(modules, { protocol: 'https' })
  expect(made.ok ? [] : made.faults.map(({ code }) => code)).toEqual(codes)
})

it('has a case above for each code', () => {
  expect(new Set(wrong.flatMap(([, codes]) => codes))).toEqual(new Set(Object.keys(moduleFaultCodes)))
})

it.each<[EndpointModules, string, string]>([
  [{ oauth: { provider: 'google', allowDomains: ['a.example'] } }, 'oauth', 'action `oauth` is not supported yet'],
  [{ oidc: { issuerUrl: 'https://id.example' } }, 'oidc', 'action `openid-connect` is not supported yet'],
  [{ compression: true, requestHeaderAdd: ['x: ${nope}'] }, 'request-headers', '`nope` is not a variable'],
])('says of %j which module a fault of the policy is of', (modules, module, message) => {
  const made = policyFromModules(modules, { protocol: 'https' })
  expect(made).toEqual({ ok: false, faults: [{ module, code: expect.any(String), message }] })
})

it('leaves no module out where there is no HTTP', () => {
  const made = policyFromModules({ basicAuth: ['bob:bobpassword'], compression: true }, { protocol: 'tcp' })
  expect(made.ok ? [] : made.faults.map(({ module, code }) => [module, code])).toEqual([
    ['basic-auth', 'ERR_TUNNEL_2205'],
    ['compression', 'ERR_TUNNEL_2205'],
  ])
})

it('names no secret in a fault', () => {
  const secret = 'hunter\u00012'
  const made = policyFromModules(
    { basicAuth: [`u:${secret}`, secret], verifyWebhook: { provider: 'x-unknown', secret } },
    { protocol: 'https' },
  )
  expect(JSON.stringify(made)).not.toContain('hunter')
})

it('any text is itself as a literal of a field and of an expression', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[${}'\\\n]*$/)), (text) => {
      expect(splitTemplate(literalText(text)).join('')).toBe(text)
      const expression = compileExpression(celText(text), celEnvironment('on_http_request'))
      expect(expression.constant?.value).toBe(text)
    }),
    { numRuns: 500 },
  )
})

it('any modules are a policy that compiles or are refused', () => {
  const texts = fc.array(fc.oneof(fc.string(), fc.constantFrom('a:12345678', 'x-a: ${req.host}', '10.0.0.0/8', '.*')), {
    maxLength: 4,
  })
  const anyModules = fc.record({
    allowCidrs: texts,
    denyCidrs: texts,
    userAgentAllow: texts,
    userAgentDeny: texts,
    basicAuth: texts,
    requestHeaderAdd: texts,
    requestHeaderRemove: texts,
    responseHeaderAdd: texts,
    responseHeaderRemove: texts,
    circuitBreaker: fc.double(),
  })
  fc.assert(
    fc.property(anyModules, (modules) => {
      const made = policyFromModules(modules, { protocol: 'https' })
      if (made.ok) expect(made.text === undefined || compilePolicy(made.text, { protocol: 'https' }).ok).toBe(true)
      else expect(made.faults.length).toBeGreaterThan(0)
    }),
    { numRuns: 300 },
  )
})
