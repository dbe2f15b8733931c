// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import { describe, expect, it } from 'vitest'
import type { RequestOutcome } from '../src/index.ts'
import { enforce, fieldsOf, response } from './enforcement.ts'
import { request, requestWith } from './evaluation.ts'

const outcome = async (policy: string, facts = request(), random = 0.5): Promise<RequestOutcome> =>
  await enforce(policy, {
    random: () => random,
    lookUpIp: () => ({ categories: ['blocklist.greensnow_co'], location: { countryCode: 'FR' } }),
  })
    .exchange(facts)
    .onRequest()

const status = ({ kind, ...rest }: RequestOutcome): unknown =>
  'response' in rest ? rest.response.status : 'status' in rest ? rest.status : kind

/** The forms that older constructs are replaced by. Reference §8.6 */
describe('published policies', () => {
  it('fail over from one internal endpoint to the next', async () => {
    const policy = `on_http_request:
  - actions:
      - {type: forward-internal, config: {url: "https://a.internal", on_error: continue}}
      - {type: forward-internal, config: {url: "https://b.internal", on_error: halt}}`
    const first = await outcome(policy)
    const second =
      first.kind === 'forward-internal' ? await first.resume({ code: 'ERR_TUNNEL_3200', message: 'offline' }) : first
    expect([first, second]).toMatchObject([{ url: { host: 'a.internal' } }, { url: { host: 'b.internal' } }])
  })

  it.each([
    [0.1, 'a.internal'],
    [0.9, 'b.internal'],
  ])('split traffic by chance: %d goes to %s', async (random, host) => {
    const policy = `on_http_request:
  - actions: [{type: set-vars, config: {vars: [{n: "\${rand.int(1, 100)}"}]}}]
  - expressions: [vars.n <= 20]
    actions: [{type: forward-internal, config: {url: "https://a.internal"}}]
  - actions: [{type: forward-internal, config: {url: "https://b.internal"}}]`
    expect(await outcome(policy, request(), random)).toMatchObject({ url: { host } })
  })

  it('send each name of a wildcard to its own endpoint', async () => {
    const policy = `on_http_request: [{type: forward-internal, config: {url: "https://\${req.host.split('.')[0]}.internal"}}]`
    expect(await outcome(policy, request({ host: 'blue.example' }))).toMatchObject({ url: { host: 'blue.internal' } })
  })

  it('send http to https', async () => {
    const policy = `on_http_request:
  - expressions: [req.url.scheme == 'http']
    actions: [{type: redirect, config: {from: "^http://", to: "https://"}}]`
    const sent = await outcome(policy, request({ target: '/a?b' }, { scheme: 'http' }))
    expect(sent.kind === 'respond' && fieldsOf(sent.response.headers)).toContainEqual([
      'location',
      'https://app.example.com/a?b',
    ])
    expect((await outcome(policy)).kind).toBe('forward')
  })

  it.each([
    ['by country', "!(conn.geo.country_code in ['US', 'CA'])", 403],
    ['by reputation', "'blocklist' in conn.client_ip.categories", 403],
    ['bots', 'req.user_agent.is_bot', 403],
    ['by agent', "req.user_agent.matches('(?i)gptbot|curl')", 403],
    ['without a key', "!('x-api-key' in req.headers)", 403],
    ['by a header that is not there', "req.headers['X-Tier'][0] == 'gold'", 'forward'],
    ['by method and path', "req.method == 'POST' && req.url.path.startsWith('/admin')", 'forward'],
  ])('keep out %s', async (_name, expression, expected) => {
    const policy = `on_http_request:\n  - expressions: ["${expression.replaceAll('"', '\\"')}"]\n    actions: [{type: deny}]`
    expect(status(await outcome(policy, requestWith('User-Agent', 'curl/8.4.0')))).toBe(expected)
  })

  it('show a page while a service is away', async () => {
    const policy = `on_http_request:
  - actions:
      - type: custom-response
        config:
          status_code: 503
          headers: {content-type: text/html}
          body: |
            <b>Agent offline!</b>`
    expect(status(await outcome(policy))).toBe(503)
  })

  it('keep a visitor at one side of a test by a cookie', async () => {
    const policy = `on_http_request:
  - expressions: ["getReqCookie('side') == null"]
    actions: [{type: add-headers, config: {headers: {x-side: "\${rand.double() < 0.5 ? 'a' : 'b'}"}}}]
on_http_response:
  - expressions: ["getReqCookie('side') == null"]
    actions: [{type: add-headers, config: {headers: {set-cookie: "side=\${req.headers['x-side'][0]}"}}}]`
    const exchange = enforce(policy, { random: () => 0.1 }).exchange()
    await exchange.onRequest()
    expect(await exchange.onResponse(response())).toMatchObject({ response: { headers: ['set-cookie', 'side=a'] } })
  })

  it('count by an identity', async () => {
    const policy = `on_http_request:
  - actions:
      - type: rate-limit
        config: {name: per user, algorithm: sliding_window, capacity: 1, rate: 60s, bucket_key: ["actions.ngrok.jwt_validation.tokens[0].payload.sub", conn.client_ip]}`
    const { exchange } = enforce(policy)
    expect(status(await exchange().onRequest())).toBe('forward')
    expect(status(await exchange().onRequest())).toBe(429)
  })
})
