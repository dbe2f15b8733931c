// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import { expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { startUpstream } from '../harness/upstream.ts'
import { askedIn, police, tellAsked } from './policed.ts'

/** Policies that the documentation shows, and what a visitor meets. */
const published: { name: string; policy: string; path?: string; headers?: Record<string, string>; meets: object }[] = [
  {
    name: 'reference §1.10',
    policy: `
on_tcp_connect:
  - expressions: ["!inCidrRange(conn.client_ip, '127.0.0.0/8')"]
    actions: [{type: deny}]
on_http_request:
  - name: v1 → v2
    expressions: ["req.url.path.startsWith('/v1/')"]
    actions:
      - type: url-rewrite
        config: {from: /v1/, to: /v2/}
  - actions:
      - type: rate-limit
        config: {name: per-ip, algorithm: sliding_window, capacity: 30, rate: 60s, bucket_key: [conn.client_ip]}
on_http_response:
  - actions:
      - type: add-headers
        config: {headers: {x-country: "\${conn.geo.country_code}"}}
`,
    path: '/v1/users',
    meets: { status: 200, headers: { 'x-country': 'NL' }, text: expect.stringContaining('"url":"/v2/users"') },
  },
  {
    name: 'seed 000: an application that is offline',
    policy: `
on_http_request:
  - actions:
      - type: "forward-internal"
        config:
          url: "https://default.internal"
          on_error: continue
      - type: custom-response
        config:
          status_code: 200
          headers:
            content-type: text/html
          body: |
             <b>Agent offline!</b>
             <p>Run <code>ngrok http 80 --url https://default.internal</code> to put your application online!</p>
`,
    meets: { status: 200, headers: { 'content-type': 'text/html' }, text: expect.stringContaining('Agent offline!') },
  },
  {
    name: 'seed 002: basic auth with two users, the wrong password',
    policy:
      'on_http_request: [{actions: [{type: basic-auth, config: {credentials: ["username1:password1", "username2:password2"]}}]}]',
    headers: { authorization: `Basic ${btoa('username1:password2')}` },
    meets: { status: 401 },
  },
  {
    name: 'seed 002: basic auth with two users, the second one',
    policy:
      'on_http_request: [{actions: [{type: basic-auth, config: {credentials: ["username1:password1", "username2:password2"]}}]}]',
    headers: { authorization: `Basic ${btoa('username2:password2')}` },
    meets: { status: 200 },
  },
  {
    name: 'seed 002: another Host for the upstream',
    policy: `on_http_request: [{actions: [{type: add-headers, config: {headers: {host: example.com}}}]}]`,
    meets: { status: 200, text: expect.stringContaining('"host":"example.com"') },
  },
  {
    name: 'the older words for phases',
    policy: `
inbound: [{actions: [{type: add-headers, config: {headers: {x-in: "1"}}}]}]
outbound: [{actions: [{type: add-headers, config: {headers: {x-out: "1"}}}]}]
`,
    meets: { status: 200, headers: { 'x-out': '1' }, text: expect.stringContaining('"x-in":"1"') },
  },
]

test.each(published)('$name', async ({ policy, path = '/', headers = {}, meets }) => {
  const { url } = await police(policy, { policies: { lookUpIp: () => ({ location: { countryCode: 'NL' } }) } })
  const { headers: fields, ...expected } = meets as { headers?: object }
  const answer = await request(url + path, { headers })
  expect(answer).toMatchObject(expected)
  expect(answer.headers).toMatchObject(fields ?? {})
})

test('the application of seed 000 comes online', async () => {
  const policy = `
on_http_request:
  - actions:
      - {type: forward-internal, config: {url: "https://default.internal", on_error: continue}}
      - {type: custom-response, config: {body: offline}}
`
  const { tunnel, url } = await police(policy)
  expect((await request(url)).text).toBe('offline')
  const application = await startUpstream((incoming, response) => void tellAsked(incoming, response))
  const listener = await tunnel.forward(application, { url: 'https://default.internal' })
  expect(askedIn(await request(`${url}/app`)).url).toBe('/app')
  await listener.close()
  expect((await request(url)).text).toBe('offline')
})
