// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import { gunzipSync } from 'node:zlib'
import { ManualClock } from '@tunnel/testkit'
import { describe, expect, it } from 'vitest'
import type { FinalResponse, PolicyPorts, RequestOutcome } from '../src/index.ts'
import { enforce, fieldsOf, outcomeOf, response, rule } from './enforcement.ts'
import { noon, request, requestWith } from './evaluation.ts'

const forwarded = async (policy: string, facts = request(), ports?: PolicyPorts) => {
  const outcome = await outcomeOf(policy, facts, ports)
  if (outcome.kind !== 'forward') throw new Error(`policy ended with ${JSON.stringify(outcome)}`)
  return outcome.request
}

const responded = (outcome: { kind: string; response?: FinalResponse }) => {
  if (outcome.response === undefined) throw new Error(`policy ended with ${JSON.stringify(outcome)}`)
  const { status, headers, body } = outcome.response
  return { status, headers: Object.fromEntries(fieldsOf(headers)), body: body?.toString() }
}

const req = (...actions: string[]) => rule('on_http_request', ...actions)

describe('the chain', () => {
  it('answers at once where no action waits', () => {
    const policy = `on_http_request:
  - expressions: ["req.method == 'PUT'"]
    actions: [{type: deny}]
  - actions:
      - {type: add-headers, config: {headers: {x-a: "1"}}}
      - {type: rate-limit, config: {name: n, algorithm: sliding_window, capacity: 10, rate: 60s, bucket_key: [conn.client_ip]}}`
    expect(enforce(policy).exchange().onRequest()).not.toBeInstanceOf(Promise)
  })

  it('leaves a request that no rule changes as it is', async () => {
    const facts = request({ target: '/a/../b' })
    const { isChanged, headers, target, body } = await forwarded(
      'on_http_request: [{expressions: ["false"], actions: [{type: deny}]}]',
      facts,
    )
    expect(isChanged).toBe(false)
    expect(headers).toBe(facts.head.headers)
    expect({ target, body }).toEqual({ target: '/a/../b', body: undefined })
  })

  it('runs rules in order, each seeing what earlier ones changed', async () => {
    const policy = `on_http_request:
  - actions: [{type: add-headers, config: {headers: {x-tier: gold}}}]
  - expressions: ["req.headers['x-tier'][0] == 'gold'"]
    actions:
      - {type: set-vars, config: {vars: [{tier: "\${req.headers['x-tier'][0]}"}, {loud: "\${vars.tier.upper()}!"}]}}
      - {type: add-headers, config: {headers: {x-loud: "\${vars.loud}", x-added: "\${actions.ngrok.add_headers.headers_added['x-tier']}"}}}
  - expressions: ["req.headers['x-tier'][0] == 'silver'"]
    actions: [{type: deny}]`
    expect(fieldsOf((await forwarded(policy)).headers).slice(1)).toEqual([
      ['x-tier', 'gold'],
      ['x-loud', 'GOLD!'],
      ['x-added', 'gold'],
    ])
  })

  it('needs all expressions of a rule', async () => {
    const policy = (expressions: string) => `on_http_request: [{expressions: ${expressions}, actions: [{type: deny}]}]`
    expect((await outcomeOf(policy('["true", "false"]'))).kind).toBe('forward')
    expect((await outcomeOf(policy('["true", "true"]'))).kind).toBe('respond')
  })

  it('does not evaluate what comes after a false expression', async () => {
    const policy = 'on_http_request: [{expressions: ["false", "1 / 0 == 1"], actions: [{type: deny}]}]'
    expect((await outcomeOf(policy)).kind).toBe('forward')
  })

  it.each([
    ['expression', 'on_http_request: [{expressions: ["vars.none == 1"], actions: [{type: deny}]}]', 'ERR_TUNNEL_2254'],
    [
      'expression that gives no bool',
      'on_http_request: [{expressions: ["dyn(1)"], actions: [{type: deny}]}]',
      'ERR_TUNNEL_2254',
    ],
    [
      'expression without end',
      'on_http_request: [{expressions: ["lists.range(9999).all(x, lists.range(9999).all(y, true))"], actions: [{type: deny}]}]',
      'ERR_TUNNEL_2249',
    ],
    ['field', req('{type: add-headers, config: {headers: {a: "${vars.none}"}}}'), 'ERR_TUNNEL_2253'],
    [
      'header value',
      req('{type: add-headers, config: {headers: {a: "${req.url.query_params[\'q\'][0]}"}}}'),
      'ERR_TUNNEL_2211',
    ],
    [
      'variable that is too deep',
      req(`{type: set-vars, config: {vars: [{a: "\${'${'['.repeat(20)}${']'.repeat(20)}'.decodeJson()}"}]}}`),
      'ERR_TUNNEL_2249',
    ],
  ])('fails closed with an %s that cannot be worked out', async (_name, policy, code) => {
    expect(await outcomeOf(policy, request({ target: '/?q=%0d%0aevil' }))).toMatchObject({
      kind: 'refuse',
      status: 500,
      code,
    })
  })

  it('keeps variables for one phase, and results for the exchange', async () => {
    const policy = `${rule('on_tcp_connect', '{type: set-vars, config: {vars: [{a: 1}]}}', '{type: restrict-ips, config: {allow: ["0.0.0.0/0"]}}')}
on_http_request:
  - expressions: ["!has(vars.a) && actions.ngrok.restrict_ips.matched_cidr == '0.0.0.0/0'"]
    actions: [{type: add-headers, config: {headers: {x: "1"}}}]
on_http_response:
  - expressions: ["has(actions.tunnel.add_headers) && actions.tunnel.add_headers.headers_added['x'] == '1'"]
    actions: [{type: add-headers, config: {headers: {y: "\${req.headers['x'][0]}"}}}]`
    const connected = enforce(policy).connection()
    expect(connected.onTcpConnect()).toEqual({ kind: 'continue' })
    const exchange = connected.exchange(request())
    expect((await exchange.onRequest()).kind).toBe('forward')
    expect(responded(await exchange.onResponse(response())).headers).toEqual({ y: '1' })
    // Another request of the connection begins anew.
    expect(await connected.exchange(request()).onResponse(response())).toMatchObject({ response: { headers: [] } })
  })

  it('refuses a request for what went wrong inside, without telling what', async () => {
    const ports: PolicyPorts = {
      rateCounters: {
        take: () => {
          throw new Error('password of the store')
        },
      },
    }
    const policy = req(
      '{type: rate-limit, config: {name: n, algorithm: sliding_window, capacity: 1, rate: 60s, bucket_key: [conn.client_ip]}}',
    )
    const reported: unknown[] = []
    const reportError = (error: unknown) => reported.push(error)
    expect(await outcomeOf(policy, request(), { ...ports, reportError })).toEqual({
      kind: 'refuse',
      status: 500,
      code: 'ERR_TUNNEL_2300',
      message: 'action failed',
      headers: [],
    })
    expect(reported).toEqual([new Error('password of the store')])
  })
})

describe('connections', () => {
  const tcp = async (policy: string, clientIp = '192.0.2.7') =>
    await enforce(policy).connection({ clientIp }).onTcpConnect()

  it.each([
    ['deny', '{type: deny}'],
    ['close-connection', '{type: close-connection}'],
  ])('end with %s', async (_name, action) => {
    expect(await tcp(rule('on_tcp_connect', action))).toEqual({ kind: 'close' })
  })

  it('of addresses that are not allowed are closed', async () => {
    const policy = rule('on_tcp_connect', '{type: restrict-ips, config: {allow: [192.0.2.0/24], deny: [192.0.2.9]}}')
    expect(await tcp(policy)).toEqual({ kind: 'continue' })
    expect(await tcp(policy, '192.0.2.9')).toMatchObject({ kind: 'close', error: { code: 'ERR_TUNNEL_3205' } })
    expect(await tcp(policy, '::ffff:192.0.2.7')).toEqual({ kind: 'continue' })
    expect(await tcp(policy, '2001:db8::1')).toMatchObject({ kind: 'close' })
  })

  it('are closed when an expression fails', async () => {
    expect(await tcp('on_tcp_connect: [{expressions: ["vars.none"], actions: [{type: deny}]}]')).toMatchObject({
      kind: 'close',
      error: { code: 'ERR_TUNNEL_2254' },
    })
  })

  it('go to an internal endpoint, and further if it is not there', async () => {
    const policy = rule(
      'on_tcp_connect',
      '{type: forward-internal, config: {url: "tcp://a.internal:22", on_error: continue}}',
      '{type: forward-internal, config: {url: "tcp://b.internal:23"}}',
    )
    const first = await tcp(policy)
    expect(first).toMatchObject({ kind: 'forward-internal', url: { scheme: 'tcp', host: 'a.internal', port: 22 } })
    const error = { code: 'ERR_TUNNEL_3200', message: 'endpoint is offline' }
    const second = first.kind === 'forward-internal' && (await first.resume(error))
    expect(second).toMatchObject({ kind: 'forward-internal', url: { host: 'b.internal' } })
    expect(second && 'resume' in second && second.kind === 'forward-internal' && (await second.resume(error))).toEqual({
      kind: 'close',
      error,
    })
  })

  it('go on with what a handshake gave', async () => {
    const policy = `on_tcp_connect:
  - actions: [{type: terminate-tls, config: {min_version: "1.3"}}]
  - expressions: ["conn.tls.version == '1.3' && actions.ngrok.terminate_tls.sni == 'a.example'"]
    actions: [{type: close-connection}]`
    const outcome = await tcp(policy)
    expect(outcome).toMatchObject({ kind: 'terminate-tls', settings: { minVersion: 'TLSv1.3' } })
    expect(outcome.kind === 'terminate-tls' && (await outcome.resume({ version: '1.3', sni: 'a.example' }))).toEqual({
      kind: 'close',
    })
  })
})

describe('requests', () => {
  it('lose and gain headers', async () => {
    const policy = req(
      '{type: remove-headers, config: {headers: [X-Old, X-None]}}',
      '{type: add-headers, config: {headers: {X-New: "${conn.client_ip}", x-removed: "${actions.ngrok.remove_headers.headers_removed.join()}"}}}',
    )
    const { headers, isChanged } = await forwarded(policy, requestWith('X-Old', '1', 'x-old', '2'))
    expect(fieldsOf(headers)).toEqual([
      ['Host', 'app.example.com'],
      ['x-new', '192.0.2.7'],
      ['x-removed', 'x-old'],
    ])
    expect(isChanged).toBe(true)
  })

  it('get another host', async () => {
    const policy = req(
      '{type: add-headers, config: {headers: {host: inner.example}}}',
      '{type: add-headers, config: {headers: {x-url: "${req.url}", x-host: "${req.host}"}}}',
    )
    const { host, headers, target } = await forwarded(policy)
    expect({ host, target }).toEqual({ host: 'inner.example', target: '/' })
    expect(fieldsOf(headers)).toEqual([
      ['Host', 'inner.example'],
      ['x-url', 'https://inner.example/'],
      ['x-host', 'inner.example'],
    ])
  })

  it('get another URL, and keep the one that was asked for', async () => {
    const policy = req(
      '{type: url-rewrite, config: {from: "/v1/(.*)", to: "/v2/$1?from=${req.method}"}}',
      '{type: add-headers, config: {headers: {x: "${req.url.path} ${req.url.raw_path} ${actions.ngrok.url_rewrite.url}"}}}',
    )
    const { target, headers, host } = await forwarded(policy, request({ target: '/v1/users' }))
    expect(target).toBe('/v2/users?from=GET')
    expect(host).toBe('app.example.com')
    expect(fieldsOf(headers)[1]).toEqual(['x', '/v2/users /v1/users https://app.example.com/v2/users?from=GET'])
  })

  it.each([
    ['deny', '{type: deny}', { status: 403, headers: { 'content-length': '0' }, body: '' }],
    [
      'deny with a status',
      '{type: deny, config: {status_code: 404}}',
      { status: 404, headers: { 'content-length': '0' }, body: '' },
    ],
    [
      'custom-response',
      '{type: custom-response, config: {status_code: "${200 + 3}", body: "{\\"m\\": \\"${req.method}\\"}", headers: {X-A: b}}}',
      {
        status: 203,
        headers: { 'x-a': 'b', 'content-type': 'application/json', 'content-length': '12' },
        body: '{"m": "GET"}',
      },
    ],
    [
      'redirect',
      '{type: redirect, config: {from: "^https://([^/]*)/old", to: "https://$1/new", status_code: 301, headers: {x-a: b}}}',
      {
        status: 301,
        headers: { location: 'https://app.example.com/new?a=1', 'x-a': 'b', 'content-length': '0' },
        body: '',
      },
    ],
  ])('are answered by %s', async (_name, action, answer) => {
    expect(responded(await outcomeOf(req(action), request({ target: '/old?a=1' })))).toEqual(answer)
  })

  it('pass a redirect that changes nothing', async () => {
    expect((await outcomeOf(req('{type: redirect, config: {from: /none, to: /new}}'))).kind).toBe('forward')
  })

  it('are dropped with their connection', async () => {
    expect(await outcomeOf(req('{type: close-connection}'))).toEqual({ kind: 'close' })
  })

  it('need a password', async () => {
    const policy = req(
      '{type: basic-auth, config: {credentials: ["ada:lovelace1", "${req.method}:password1"], realm: lab}}',
      '{type: add-headers, config: {headers: {x-user: "${actions.ngrok.basic_auth.credentials.username}"}}}',
    )
    const basic = (pair: string) => requestWith('Authorization', `Basic ${Buffer.from(pair).toString('base64')}`)
    expect(responded(await outcomeOf(policy))).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="lab", charset="UTF-8"' },
    })
    expect((await outcomeOf(policy, basic('ada:wrong-one'))).kind).toBe('respond')
    expect(fieldsOf((await forwarded(policy, basic('ada:lovelace1'))).headers)).toContainEqual(['x-user', 'ada'])
    expect((await outcomeOf(policy, basic('GET:password1'))).kind).toBe('forward')
    const exchange = enforce(policy).exchange(basic('ada:lovelace1'))
    await exchange.onRequest()
    expect(exchange.events.basicAuth).toEqual({ decision: 'allow', username: 'ada' })
  })

  it('are not held up where nothing is enforced', async () => {
    const policy = `on_http_request:
  - actions:
      - {type: basic-auth, config: {credentials: ["ada:lovelace1"], enforce: false}}
      - {type: restrict-ips, config: {allow: [], enforce: false}}
  - expressions: ["!actions.ngrok.basic_auth.credentials.authorized && actions.ngrok.restrict_ips.action == 'deny'"]
    actions: [{type: add-headers, config: {headers: {x-doubtful: "yes"}}}]`
    expect(fieldsOf((await forwarded(policy)).headers)).toContainEqual(['x-doubtful', 'yes'])
  })

  it('from addresses that are not allowed are refused', async () => {
    expect(await outcomeOf(req('{type: restrict-ips, config: {allow: [10.0.0.0/8]}}'))).toMatchObject({
      kind: 'refuse',
      status: 403,
      code: 'ERR_TUNNEL_3205',
    })
  })

  it('from user agents that are not allowed are refused, or only marked', async () => {
    const policy = req("{type: user-agent-filter, config: {allow: ['(?i)google-images'], deny: ['(?i)google']}}")
    const from = (agent: string) => requestWith('User-Agent', agent)
    expect((await outcomeOf(policy, from('Google-Images/1'))).kind).toBe('forward')
    expect(await outcomeOf(policy, from('Googlebot'))).toMatchObject({
      kind: 'refuse',
      status: 403,
      code: 'ERR_TUNNEL_3211',
    })
    expect((await outcomeOf(policy, requestWith('X', 'y'))).kind).toBe('refuse')
    const marking = `on_http_request:
  - actions: [{type: user-agent-filter, config: {deny: [bot], enforce: false}}]
  - expressions: ["actions.ngrok.user_agent_filter.action == 'deny'"]
    actions: [{type: add-headers, config: {headers: {x-doubtful: "yes"}}}]`
    const exchange = enforce(marking).exchange(from('a bot'))
    const outcome = await exchange.onRequest()
    expect(outcome.kind === 'forward' && fieldsOf(outcome.request.headers)).toContainEqual(['x-doubtful', 'yes'])
    expect(exchange.events.userAgentFilter).toBe('block')
  })

  it('are checked against IP policies as they are now', async () => {
    let cidr = '192.0.2.0/24'
    const ports: PolicyPorts = { ipPolicy: (id) => (id === 'ipp_1' ? [{ action: 'allow', cidr }] : undefined) }
    const { exchange } = enforce(req('{type: restrict-ips, config: {ip_policies: [ipp_1]}}'), ports)
    expect(await exchange().onRequest()).toMatchObject({ kind: 'forward' })
    cidr = '10.0.0.0/8'
    expect(await exchange().onRequest()).toMatchObject({ kind: 'refuse', status: 403 })
    expect(
      await outcomeOf(req('{type: restrict-ips, config: {ip_policies: [ipp_2]}}'), request(), ports),
    ).toMatchObject({
      kind: 'refuse',
      status: 500,
    })
  })

  it('are limited, each key by itself, and admitted again later', async () => {
    const clock = new ManualClock(noon)
    const policy = `on_http_request:
  - actions:
      - {type: rate-limit, config: {name: n, algorithm: sliding_window, capacity: 2, rate: 60s, bucket_key: ["getReqHeader('x-key')[0]"]}}`
    const { exchange } = enforce(policy, { clock })
    const ask = async (key: string) => exchange(requestWith('X-Key', key)).onRequest()
    expect((await ask('a')).kind).toBe('forward')
    expect((await ask('a')).kind).toBe('forward')
    expect(responded(await ask('a'))).toMatchObject({ status: 429, headers: { 'retry-after': '60' } })
    expect((await ask('b')).kind).toBe('forward')
    clock.advance(60_000)
    expect((await ask('a')).kind).toBe('forward')
  })

  it('wait for counters that others share', async () => {
    const ports: PolicyPorts = { rateCounters: { take: async () => ({ limited: true, retryAfterSeconds: 7 }) } }
    const policy = req(
      '{type: rate-limit, config: {name: n, algorithm: sliding_window, capacity: 1, rate: 60s, bucket_key: [conn.client_ip]}}',
    )
    expect(responded(await outcomeOf(policy, request(), ports))).toMatchObject({
      status: 429,
      headers: { 'retry-after': '7' },
    })
  })

  it('are blocked while the circuit is open', async () => {
    const clock = new ManualClock(noon)
    const { exchange } = enforce(req('{type: circuit-breaker, config: {error_threshold: 0.5, volume_threshold: 2}}'), {
      clock,
    })
    for (const status of [500, 503]) {
      const failing = exchange()
      expect((await failing.onRequest()).kind).toBe('forward')
      await failing.onResponse(response({ status }))
    }
    expect(await exchange().onRequest()).toMatchObject({ kind: 'refuse', status: 503, code: 'ERR_TUNNEL_3202' })
    clock.advance(10_000)
    const probe = exchange()
    expect((await probe.onRequest()).kind).toBe('forward')
    expect(probe.events.circuitBreaker).toBe('allow_while_open')
    await probe.onResponse(response())
    expect((await exchange().onRequest()).kind).toBe('forward')
  })

  it('count as errors for the circuit when there is no answer', async () => {
    const { exchange } = enforce(req('{type: circuit-breaker, config: {volume_threshold: 1}}'))
    const failing = exchange()
    await failing.onRequest()
    failing.upstreamFailed()
    expect((await exchange().onRequest()).kind).toBe('refuse')
  })

  it('go to an internal endpoint, and further if it is not there', async () => {
    const policy = req(
      '{type: forward-internal, config: {url: "https://${req.host.split(\'.\')[0]}.internal", on_error: continue}}',
      '{type: custom-response, config: {status_code: 502, body: "${actions.ngrok.forward_internal.error.code} ${actions.ngrok.forward_internal.url}"}}',
    )
    const outcome = await outcomeOf(policy)
    expect(outcome).toMatchObject({
      kind: 'forward-internal',
      url: { scheme: 'https', host: 'app.internal', port: 443 },
    })
    const next =
      outcome.kind === 'forward-internal' && (await outcome.resume({ code: 'ERR_TUNNEL_3200', message: 'offline' }))
    expect(responded(next as RequestOutcome)).toMatchObject({
      status: 502,
      body: 'ERR_NGROK_3200 https://app.internal',
    })
  })

  it('end with the error of an internal endpoint that has to be there', async () => {
    const outcome = await outcomeOf(req('{type: forward-internal, config: {url: "https://a.internal"}}'))
    expect(
      outcome.kind === 'forward-internal' && (await outcome.resume({ code: 'ERR_TUNNEL_3200', message: 'offline' })),
    ).toMatchObject({
      kind: 'refuse',
      status: 404,
      code: 'ERR_TUNNEL_3200',
    })
  })

  it('have their body replaced, read once', async () => {
    let reads = 0
    const readBody = async () => {
      reads++
      return Buffer.from('call 555-1234 or 555-9999')
    }
    const policy = req(
      '{type: request-body-find-replace, config: {replacements: [{from: "555-(\\\\d+)", to: "#$1"}]}}',
      '{type: request-body-find-replace, config: {replacements: [{from: "${req.method}|call", to: "${req.method}"}]}}',
      '{type: add-headers, config: {headers: {x: "${actions.ngrok.request_body_find_replace.replacements[0].matched_content}"}}}',
    )
    const facts = request(
      {
        method: 'POST',
        headers: ['Host', 'a', 'Content-Length', '25'],
        host: 'a',
        framing: 'length',
        contentLength: 25,
      },
      { readBody },
    )
    const { body, headers } = await forwarded(policy, facts)
    expect(body?.toString()).toBe('POST #1234 or #9999')
    expect(Object.fromEntries(fieldsOf(headers))).toMatchObject({ 'Content-Length': '19', x: 'call' })
    expect(reads).toBe(1)
  })

  it('end where a pattern of a body does not compile', async () => {
    const policy = req('{type: request-body-find-replace, config: {replacements: [{from: "${\'(\'}", to: ""}]}}')
    expect(await outcomeOf(policy)).toMatchObject({ kind: 'refuse', status: 500, code: 'ERR_TUNNEL_3901' })
  })

  it('end where a body is too large to be held', async () => {
    const readBody = () => Promise.reject(new Error('too large'))
    const facts = request({ framing: 'chunked' }, { readBody })
    const policy = req('{type: request-body-find-replace, config: {replacements: [{from: a}]}}')
    expect(await outcomeOf(policy, facts)).toMatchObject({ kind: 'refuse', code: 'ERR_TUNNEL_3903' })
  })

  it('of webhooks are verified over the bytes that came', async () => {
    const body = Buffer.from('{"a":1}')
    // printf '{"a":1}' | openssl dgst -sha256 -hmac s3cret
    const signature = 'sha256=b61dbe1e0a5a2ac1c6b9e1d0a3b2a8fe'
    const facts = (value: string) =>
      request(
        {
          method: 'POST',
          headers: ['Host', 'a', 'X-Hub-Signature-256', value],
          host: 'a',
          framing: 'length',
          contentLength: 7,
        },
        { readBody: async () => body },
      )
    const { createHmac } = await import('node:crypto')
    const good = `sha256=${createHmac('sha256', 's3cret').update(body).digest('hex')}`
    const policy = req(
      '{type: request-body-find-replace, config: {replacements: [{from: "1", to: "2"}]}}',
      '{type: verify-webhook, config: {provider: github, secret: s3cret}}',
    )
    expect((await forwarded(policy, facts(good))).body?.toString()).toBe('{"a":2}')
    expect(await outcomeOf(policy, facts(signature))).toMatchObject({
      kind: 'refuse',
      status: 403,
      code: 'ERR_TUNNEL_3204',
    })
  })

  it('without a token are refused', async () => {
    const policy = req(`type: jwt-validation
        config:
          issuer: {allow_list: [{value: "https://i.example"}]}
          http: {tokens: [{type: jwt, method: header, name: Authorization, prefix: "Bearer "}]}
          jws: {allowed_algorithms: [RS256], keys: {sources: {additional_jkus: ["https://i.example/jwks"]}}}`)
    expect(await outcomeOf(policy)).toMatchObject({
      kind: 'refuse',
      status: 401,
      code: 'ERR_TUNNEL_3408',
      headers: ['www-authenticate', 'Bearer'],
    })
  })

  it('wait for requests that the policy makes', async () => {
    const asked: string[] = []
    const ports: PolicyPorts = {
      clock: new ManualClock(noon),
      fetch: async ({ url, method }) => {
        asked.push(`${method} ${url}`)
        return {
          status: asked.length === 1 ? 503 : 200,
          headers: ['x-tier', 'gold'],
          body: Buffer.from('{"ok":true}'),
          resolvedIp: '192.0.2.1',
        }
      },
    }
    const policy = `on_http_request:
  - actions:
      - type: http-request
        config: {url: "https://auth.internal/check", query_params: [{key: path, value: "\${req.url.path}"}], retry_condition: "attempts < 2 && last_attempt.res.statusCode >= 500"}
  - expressions: ["actions.ngrok.http_request.res.body.decodeJson().ok"]
    actions:
      - {type: add-headers, config: {headers: {x-tier: "\${actions.ngrok.http_request.res.header['x-tier'][0]} \${actions.ngrok.http_request.attempts.size()}"}}}`
    expect(fieldsOf((await forwarded(policy, request(), ports)).headers)).toContainEqual(['x-tier', 'gold 2'])
    expect(asked).toEqual(['GET https://auth.internal/check?path=%2F', 'GET https://auth.internal/check?path=%2F'])
  })

  it('go on without an answer to the policy, unless it must have one', async () => {
    const policy = (onError: string) =>
      `on_http_request:
  - actions: [{type: http-request, config: {url: "https://a.internal", on_error: ${onError}}}]
  - actions: [{type: add-headers, config: {headers: {x: "\${actions.ngrok.http_request.error.code}"}}}]`
    expect(fieldsOf((await forwarded(policy('continue'))).headers)).toContainEqual([
      'x',
      expect.stringMatching(/^ERR_NGROK_3/),
    ])
    expect(await outcomeOf(policy('halt'))).toMatchObject({
      kind: 'refuse',
      code: expect.stringMatching(/^ERR_TUNNEL_3/),
    })
  })
})

describe('responses', () => {
  const answered = async (policy: string, answer = response(), facts = request()) => {
    const exchange = enforce(policy).exchange(facts)
    await exchange.onRequest()
    return { exchange, outcome: await exchange.onResponse(answer) }
  }

  it('that no rule changes are left as they are', async () => {
    const answer = response({ headers: ['X', '1'] })
    const { outcome } = await answered(rule('on_http_response', '{type: log, config: {metadata: {a: 1}}}'), answer)
    expect(outcome).toEqual({
      kind: 'respond',
      response: { isChanged: false, status: 200, headers: answer.head.headers, body: undefined, compressor: undefined },
    })
  })

  it('lose and gain headers', async () => {
    const policy = rule(
      'on_http_response',
      '{type: remove-headers, config: {headers: [server]}}',
      '{type: add-headers, config: {headers: {x-status: "${res.status_code}"}}}',
    )
    const { outcome } = await answered(policy, response({ status: 201, headers: ['Server', 'x'] }))
    expect(responded(outcome)).toMatchObject({ status: 201, headers: { 'x-status': '201' } })
  })

  it('are replaced', async () => {
    const policy = `on_http_response:
  - expressions: [res.status_code >= 500]
    actions: [{type: custom-response, config: {status_code: 503, body: sorry}}]
  - actions: [{type: add-headers, config: {headers: {x: "1"}}}]`
    expect(responded((await answered(policy, response({ status: 500 }))).outcome)).toMatchObject({
      status: 503,
      body: 'sorry',
      headers: { 'content-length': '5' },
    })
    expect(responded((await answered(policy)).outcome)).toMatchObject({ status: 200, headers: { x: '1' } })
  })

  it('of custom-response pass the response rules; those of deny do not', async () => {
    const policy = (action: string) =>
      `${req(action)}${rule('on_http_response', '{type: add-headers, config: {headers: {x-seen: "${res.status_code}"}}}')}`
    expect(
      responded(await outcomeOf(policy('{type: custom-response, config: {status_code: 418}}'))).headers,
    ).toMatchObject({ 'x-seen': '418' })
    expect(responded(await outcomeOf(policy('{type: deny}'))).headers).not.toHaveProperty('x-seen')
  })

  it('are compressed as the visitor asks', async () => {
    const policy = rule(
      'on_http_response',
      '{type: compress-response}',
      '{type: add-headers, config: {headers: {x: "${actions.ngrok.compress.negotiated_algorithm}"}}}',
    )
    const { outcome, exchange } = await answered(
      policy,
      response({ headers: ['Content-Type', 'text/plain', 'Content-Length', '5'] }),
      requestWith('Accept-Encoding', 'br;q=0.5, gzip'),
    )
    const { headers } = responded(outcome)
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', x: 'gzip' })
    expect(exchange.events.compression).toBe('gzip')
    const compressor = outcome.kind === 'respond' ? outcome.response.compressor! : undefined
    compressor!.end('hello')
    expect(gunzipSync(Buffer.concat(await compressor!.toArray())).toString()).toBe('hello')
  })

  it('have their body replaced', async () => {
    const policy = rule(
      'on_http_response',
      '{type: response-body-find-replace, config: {replacements: [{from: "(?i)secret", to: "***"}]}}',
    )
    const answer = response({ framing: 'chunked' }, { readBody: async () => Buffer.from('a Secret') })
    expect(responded((await answered(policy, answer)).outcome).body).toBe('a ***')
  })

  it('of event streams have their messages replaced', async () => {
    const policy = `on_event_stream_message:
  - expressions: ["req.method == 'GET'"]
    actions: [{type: sse-find-replace, config: {replacements: [{from: token, to: "\${conn.client_port}"}]}}]`
    const { exchange } = await answered(policy, response({ headers: ['Content-Type', 'text/event-stream'] }))
    const filter = exchange.eventStream()
    expect(filter !== undefined && 'write' in filter && filter.write(Buffer.from('data: a token\n\n')).toString()).toBe(
      'data: a 40000\n\n',
    )
    const { exchange: other } = await answered(policy, response({ headers: ['Content-Type', 'text/plain'] }))
    expect(other.eventStream()).toBeUndefined()
  })

  it('of event streams have the rules for their messages decided with each', async () => {
    const clock = new ManualClock(noon)
    const policy = `on_event_stream_message:
  - expressions: ["timestamp(time.now) > timestamp('${new Date(noon + 1000).toISOString()}')"]
    actions: [{type: sse-find-replace, config: {replacements: [{from: token, to: late}]}}]`
    const exchange = enforce(policy, { clock }).exchange(request())
    await exchange.onRequest()
    await exchange.onResponse(response({ headers: ['Content-Type', 'text/event-stream'] }))
    const stream = exchange.eventStream()
    const write = (text: string): string =>
      stream && 'write' in stream ? stream.write(Buffer.from(text)).toString() : 'no stream'
    expect(write('data: token\n\n')).toBe('data: token\n\n')
    clock.advance(2000)
    expect(write('data: token\n\n')).toBe('data: late\n\n')
  })
})

describe('logs', () => {
  it('keep values as data, without secrets', async () => {
    const policy = req(
      `{type: log, config: {metadata: {method: "\${req.method}", port: "\${conn.client_port}", deep: [{a: "\${1 == 1}"}], token: "\${req.headers['authorization'][0]}", all: "\${req.headers}", secret: "\${secrets.get('v', 'n')}"}}}`,
    )
    const exchange = enforce(policy, { secret: () => 'hidden' }).exchange(
      requestWith('Authorization', 'Bearer hidden', 'X-A', 'b'),
    )
    await exchange.onRequest()
    expect(exchange.events.logs).toEqual([
      {
        metadata: {
          method: 'GET',
          port: 40000,
          deep: [{ a: true }],
          token: '<redacted>',
          all: { authorization: '<redacted>', host: ['app.example.com'], 'x-a': ['b'] },
          secret: '<redacted>',
        },
      },
    ])
    expect(JSON.stringify(exchange.events)).not.toContain('hidden')
  })

  it('never fail a request', async () => {
    const exchange = enforce(req('{type: log, config: {metadata: {a: "${vars.none}"}}}')).exchange()
    expect((await exchange.onRequest()).kind).toBe('forward')
    expect(exchange.events.logs).toEqual([{ metadata: { a: 'error: no such key: none' } }])
  })

  it('and variables of lists within lists end', async () => {
    const wide = '"${lists.range(9999).map(x, lists.range(9999))}"'
    const exchange = enforce(req(`{type: log, config: {metadata: {a: ${wide}}}}`)).exchange()
    expect((await exchange.onRequest()).kind).toBe('forward')
    expect(exchange.events.logs).toHaveLength(1)
    expect(await outcomeOf(req(`{type: set-vars, config: {vars: [{a: ${wide}}]}}`))).toMatchObject({
      kind: 'refuse',
      code: 'ERR_TUNNEL_2249',
    })
  })

  it('are bounded', async () => {
    const long = `{type: log, config: {metadata: {a: ${'x'.repeat(1000)}}}}`
    const exchange = enforce(req(...Array(30).fill(long))).exchange()
    await exchange.onRequest()
    expect(exchange.events.logs).toHaveLength(16)
  })
})

describe('a trace', () => {
  it('says what each rule, expression and action did', async () => {
    const policy = `on_http_request:
  - name: other methods
    expressions: ["req.method == 'PUT'", "false"]
    actions: [{type: deny}]
  - expressions: ["getReqHeader('x-api-key')[0] == 's3cret'"]
    actions:
      - {type: set-vars, config: {vars: [{a: 1}, {token: "\${req.headers['authorization'][0]}"}]}}
      - {type: restrict-ips, config: {allow: [10.0.0.0/8]}}`
    const { exchange, trace } = enforce(policy)
    await exchange(requestWith('X-Api-Key', 's3cret', 'Authorization', 'Bearer hidden')).onRequest()
    expect(trace.trace).toEqual({
      phases: [
        {
          phase: 'on_http_request',
          rules: [
            {
              index: 0,
              name: 'other methods',
              matched: false,
              actions: [],
              expressions: [{ source: "req.method == 'PUT'", value: false }],
            },
            {
              index: 1,
              matched: true,
              expressions: [{ source: "getReqHeader('…')[0] == '…'", value: true }],
              actions: [
                {
                  type: 'set-vars',
                  pointer: '/on_http_request/1/actions/0',
                  outcome: 'continue',
                  results: { a: 1, token: '<redacted>' },
                },
                {
                  type: 'restrict-ips',
                  pointer: '/on_http_request/1/actions/1',
                  outcome: 'refuse',
                  status: 403,
                  code: 'ERR_TUNNEL_3205',
                  message: 'address is not allowed',
                  results: {
                    action: 'deny',
                    matched_cidr: '',
                    error: { code: 'ERR_TUNNEL_3205', message: 'address is not allowed' },
                  },
                },
              ],
            },
          ],
        },
      ],
    })
    expect(JSON.stringify(trace.trace)).not.toMatch(/s3cret|hidden/)
  })

  it('says which expression failed', async () => {
    const { exchange, trace } = enforce('on_http_request: [{expressions: ["vars.none == 1"], actions: [{type: deny}]}]')
    await exchange().onRequest()
    expect(trace.trace.phases[0]?.rules).toEqual([
      {
        index: 0,
        matched: false,
        actions: [],
        expressions: [{ source: 'vars.none == 1', error: 'no such key: none' }],
      },
    ])
  })
})
