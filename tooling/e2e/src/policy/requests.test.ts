// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { keepAliveAgent, type RequestSettings, request } from '../harness/http-request.ts'
import { http2Request, openHttp2 } from '../harness/http2-client.ts'
import { visit } from '../harness/raw-connection.ts'
import { responsesIn } from '../harness/responses.ts'
import { startUpstream } from '../harness/upstream.ts'
import { askedIn, police, tellAsked } from './policed.ts'

const onRequest = (...actions: object[]): string => JSON.stringify({ on_http_request: [{ actions }] })

interface Case {
  name: string
  policy: string
  settings?: RequestSettings
  status: number
  headers?: Record<string, unknown>
  text?: unknown
  asks?: number
}

/** What an action answers by itself, to who speaks HTTP/1.1 and HTTP/2. */
const answers: Case[] = [
  { name: 'deny', policy: onRequest({ type: 'deny' }), status: 403, text: '', asks: 0 },
  {
    name: 'deny with a status',
    policy: onRequest({ type: 'deny', config: { status_code: 404 } }),
    status: 404,
    asks: 0,
  },
  {
    name: 'custom-response',
    policy: onRequest({
      type: 'custom-response',
      config: { status_code: 202, body: '{"for": "${conn.client_ip}"}', headers: { 'x-made': '${req.method}' } },
    }),
    status: 202,
    headers: { 'content-type': 'application/json', 'x-made': 'GET' },
    text: '{"for": "127.0.0.1"}',
    asks: 0,
  },
  {
    name: 'redirect',
    policy: onRequest({ type: 'redirect', config: { from: '/old/(.*)', to: '/new/$1', status_code: 308 } }),
    settings: { path: '/old/page' },
    status: 308,
    headers: { location: expect.stringMatching(/^https:\/\/[^/]+\/new\/page$/) },
    asks: 0,
  },
  {
    name: 'basic-auth without credentials',
    policy: onRequest({ type: 'basic-auth', config: { credentials: ['user:password1'] } }),
    status: 401,
    headers: { 'www-authenticate': expect.stringContaining('Basic realm="ngrok"') },
    asks: 0,
  },
  {
    name: 'basic-auth with the right ones',
    policy: onRequest({ type: 'basic-auth', config: { credentials: ['user:password1', 'other:password2'] } }),
    settings: { headers: { authorization: `Basic ${btoa('other:password2')}` } },
    status: 200,
    asks: 1,
  },
  {
    name: 'restrict-ips',
    policy: onRequest({ type: 'restrict-ips', config: { allow: ['10.0.0.0/8'] } }),
    status: 403,
    headers: { 'tunnel-error-code': 'ERR_TUNNEL_3205' },
    asks: 0,
  },
  {
    name: 'jwt-validation without a token',
    policy: onRequest({
      type: 'jwt-validation',
      config: {
        issuer: { allow_list: [{ value: 'https://issuer.example' }] },
        http: { tokens: [{ type: 'jwt', method: 'header', name: 'Authorization', prefix: 'Bearer ' }] },
        jws: { allowed_algorithms: ['ES256'], keys: { sources: { additional_jkus: ['https://issuer.example/keys'] } } },
      },
    }),
    status: 401,
    headers: { 'tunnel-error-code': 'ERR_TUNNEL_3408' },
    asks: 0,
  },
  {
    name: 'verify-webhook without a signature',
    policy: onRequest({ type: 'verify-webhook', config: { provider: 'github', secret: 'it is secret' } }),
    settings: { method: 'POST', body: '{}' },
    status: 403,
    headers: { 'tunnel-error-code': 'ERR_TUNNEL_3204' },
    asks: 0,
  },
  {
    name: 'verify-webhook with one',
    policy: onRequest({ type: 'verify-webhook', config: { provider: 'github', secret: 'it is secret' } }),
    settings: {
      method: 'POST',
      body: '{}',
      headers: { 'x-hub-signature-256': `sha256=${createHmac('sha256', 'it is secret').update('{}').digest('hex')}` },
    },
    status: 200,
    text: expect.stringContaining('"body":"{}"'),
    asks: 1,
  },
  {
    name: 'an expression that fails lets nothing through',
    policy: JSON.stringify({
      on_http_request: [
        { expressions: ['int(req.headers["x"][0]) > 1'], actions: [{ type: 'log', config: { metadata: { a: 'b' } } }] },
      ],
    }),
    status: 500,
    headers: { 'tunnel-error-code': 'ERR_TUNNEL_2254' },
    asks: 0,
  },
  {
    name: 'a field that fails lets nothing through',
    policy: onRequest({ type: 'add-headers', config: { headers: { x: '${string(int(req.headers["x"][0]))}' } } }),
    status: 500,
    headers: { 'tunnel-error-code': 'ERR_TUNNEL_2253' },
    asks: 0,
  },
]

describe.each(answers)('$name', ({ policy, settings = {}, status, headers = {}, text, asks }) => {
  const expected = { status, headers: expect.objectContaining(headers), ...(text !== undefined && { text }) }

  test('over HTTP/1.1, whose connection goes on', async () => {
    const { url, upstream } = await police(policy)
    const agent = await keepAliveAgent('https')
    expect(await request(url, { ...settings, agent })).toMatchObject(expected)
    expect(await request(url, { ...settings, agent })).toMatchObject(expected)
    expect(upstream.requests).toHaveLength(2 * (asks ?? 0))
  })

  test('over HTTP/2', async () => {
    const { url, upstream } = await police(policy)
    const session = await openHttp2(url)
    const head = { ':method': settings.method ?? 'GET', ':path': settings.path ?? '/', ...settings.headers }
    expect(await http2Request(session, head, settings.body)).toMatchObject(expected)
    expect(upstream.requests).toHaveLength(asks ?? 0)
  })
})

describe('what the upstream is asked', () => {
  test('has the headers that were added, and not those that were removed', async () => {
    const { url } = await police(
      onRequest(
        { type: 'remove-headers', config: { headers: ['x-gone'] } },
        { type: 'add-headers', config: { headers: { 'x-added': '${req.method} from ${conn.client_ip}' } } },
      ),
    )
    const { headers } = askedIn(await request(url, { headers: { 'x-gone': '1', 'x-kept': '2' } }))
    expect(headers).toMatchObject({ 'x-added': 'GET from 127.0.0.1', 'x-kept': '2', 'x-forwarded-for': '127.0.0.1' })
    expect(headers).not.toHaveProperty('x-gone')
  })

  test('has the X-Forwarded-* of the edge, unless they were removed', async () => {
    const remove = (...headers: string[]) => ({ type: 'remove-headers', config: { headers } })
    const own = { type: 'add-headers', config: { headers: { 'x-forwarded-proto': 'mine' } } }
    const { tunnel, url, upstream } = await police(
      onRequest(remove('X-Forwarded-For'), remove('x-forwarded-proto'), own),
    )
    const agent = await keepAliveAgent('https')
    const forwardedTo = async (to: string, headers: Record<string, string> = {}) =>
      Object.entries(askedIn(await request(to, { headers, agent })).headers).filter(([name]) =>
        name.startsWith('x-forwarded'),
      )
    const expected = [
      ['x-forwarded-proto', 'mine'],
      ['x-forwarded-host', new URL(url).host],
    ]
    expect(await forwardedTo(url)).toEqual(expected)
    expect(await forwardedTo(url, { 'x-forwarded-for': '192.0.2.1' })).toEqual(expected)
    // Also by the endpoint before another one, which removes more.
    await tunnel.forward(upstream, {
      url: 'https://inner.internal',
      traffic_policy: onRequest(remove('x-forwarded-host')),
    })
    const outer = onRequest(remove('x-forwarded-for'), {
      type: 'forward-internal',
      config: { url: 'https://inner.internal' },
    })
    const to = (await tunnel.forward(upstream, { traffic_policy: outer })).url() as string
    expect(askedIn(await request(to)).headers).not.toHaveProperty('x-forwarded-for')
    expect(askedIn(await request(to)).headers).not.toHaveProperty('x-forwarded-host')
    expect(askedIn(await request(to)).headers).toHaveProperty('x-forwarded-proto', 'https')
  })

  test('is the URL that was rewritten, and the Host that was added', async () => {
    const { url } = await police(
      onRequest(
        { type: 'url-rewrite', config: { from: '/v1/', to: '/v2/' } },
        { type: 'add-headers', config: { headers: { host: 'inner.example' } } },
      ),
    )
    const asked = askedIn(await request(url, { path: '/v1/a?b=c' }))
    expect(asked).toMatchObject({
      url: '/v2/a?b=c',
      headers: { host: 'inner.example', 'x-forwarded-host': new URL(url).host },
    })
  })

  test('a Location that names the Host that a policy gave points back at the endpoint', async () => {
    const { url } = await police(onRequest({ type: 'add-headers', config: { headers: { host: 'inner.example' } } }), {
      handle: (_incoming, response) => response.writeHead(302, { location: 'http://inner.example/there' }).end(),
    })
    expect((await request(url)).headers.location).toBe(`${url}/there`)
  })

  test('has the body that was replaced, and its length', async () => {
    const replace = { type: 'request-body-find-replace', config: { replacements: [{ from: 'secret', to: '***' }] } }
    const { url } = await police(onRequest(replace))
    const sized = await request(url, { method: 'POST', body: 'a secret', headers: { 'content-length': '8' } })
    expect(askedIn(sized)).toMatchObject({ body: 'a ***', headers: { 'content-length': '5' } })
    const chunked = await request(url, {
      method: 'POST',
      body: 'a secret',
      headers: { 'transfer-encoding': 'chunked' },
    })
    expect(askedIn(chunked)).toMatchObject({ body: 'a ***', headers: { 'transfer-encoding': 'chunked' } })
  })

  test('a visitor that waits for 100 is told to go on when its body is wanted', async () => {
    const replace = { type: 'request-body-find-replace', config: { replacements: [{ from: 'a', to: 'b' }] } }
    const { url } = await police(onRequest(replace))
    const visitor = await visit(url)
    const { host } = new URL(url)
    visitor.send(
      `POST / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`,
    )
    await visitor.receive('HTTP/1.1 100 Continue\r\n\r\n')
    visitor.send('aaa')
    const text = await visitor.receiveAll()
    const [answer] = responsesIn(text.slice(text.indexOf('\r\n\r\n') + 4))
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ body: 'bbb' })
    visitor.finish()
  })

  test('a body beyond the limit is refused', async () => {
    const replace = { type: 'request-body-find-replace', config: { replacements: [{ from: 'a', to: 'b' }] } }
    const { url, upstream } = await police(onRequest(replace))
    const answer = await request(url, { method: 'POST', body: Buffer.alloc(11 * 1024 * 1024) })
    expect(answer).toMatchObject({ status: 500, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3903' } })
    expect(upstream.requests).toEqual([])
  })
})

describe('rules', () => {
  test('see what earlier ones did, and results of connection rules', async () => {
    const { url } = await police(`
on_tcp_connect:
  - actions: [{type: restrict-ips, config: {allow: [127.0.0.0/8]}}]
on_http_request:
  - actions: [{type: set-vars, config: {vars: [{greeting: "\${req.method + '!'}"}]}}]
  - expressions: ["vars.greeting == 'GET!'", "actions.ngrok.restrict_ips.action == 'allow'"]
    actions: [{type: add-headers, config: {headers: {x-seen: "\${vars.greeting} \${actions.ngrok.restrict_ips.matched_cidr}"}}}]
`)
    expect(askedIn(await request(url)).headers['x-seen']).toBe('GET! 127.0.0.0/8')
  })

  test('log to the edge, with nothing of it to the visitor', async () => {
    const logged: object[] = []
    const { url } = await police(onRequest({ type: 'log', config: { metadata: { path: '${req.url.path}' } } }), {
      policies: { onEvents: ({ kind, events }) => void (kind === 'request' && logged.push(...events.logs)) },
    })
    await request(`${url}/logged`)
    expect(logged).toEqual([{ metadata: { path: '/logged' } }])
  })

  test('limit rates', async () => {
    const limit = {
      name: 'n',
      algorithm: 'sliding_window',
      capacity: 2,
      rate: '60s',
      bucket_key: ['req.headers["x-key"][0]'],
    }
    const { url } = await police(onRequest({ type: 'rate-limit', config: limit }))
    const statuses = async (key: string, count: number): Promise<number[]> => {
      const all: number[] = []
      for (let i = 0; i < count; i++) all.push((await request(url, { headers: { 'x-key': key } })).status)
      return all
    }
    expect(await statuses('one', 3)).toEqual([200, 200, 429])
    expect(await statuses('two', 1)).toEqual([200])
    expect((await request(url, { headers: { 'x-key': 'one' } })).headers['retry-after']).toMatch(/^\d+$/)
  })

  test('a circuit breaker opens after errors of the upstream', async () => {
    const breaker = { error_threshold: 0.5, volume_threshold: 2, window_duration: '10s', tripped_duration: '1m' }
    const { url, upstream } = await police(onRequest({ type: 'circuit-breaker', config: breaker }), {
      handle: (_incoming, response) => response.writeHead(500).end(),
    })
    const answers: unknown[] = []
    for (let i = 0; i < 3; i++) {
      const { status, headers } = await request(url)
      answers.push([status, headers['tunnel-error-code']])
    }
    expect(answers).toEqual([
      [500, undefined],
      [500, undefined],
      [503, 'ERR_TUNNEL_3202'],
    ])
    expect(upstream.requests).toHaveLength(2)
  })

  test('a circuit breaker counts what no upstream answered', async () => {
    const breaker = { error_threshold: 0.5, volume_threshold: 2, window_duration: '10s', tripped_duration: '1m' }
    const { url } = await police(onRequest({ type: 'circuit-breaker', config: breaker }), {
      handle: (incoming) => incoming.socket.destroy(),
    })
    const codes: unknown[] = []
    for (let i = 0; i < 3; i++) codes.push((await request(url, { method: 'POST' })).headers['tunnel-error-code'])
    expect(codes).toEqual(['ERR_TUNNEL_3004', 'ERR_TUNNEL_3004', 'ERR_TUNNEL_3202'])
  })

  test('close-connection closes it without a word', async () => {
    const { url } = await police(onRequest({ type: 'close-connection' }))
    const visitor = await visit(url)
    visitor.send(`GET / HTTP/1.1\r\nHost: ${new URL(url).host}\r\n\r\n`)
    expect(await visitor.receiveAll()).toBe('')
  })

  test('close-connection closes that of HTTP/2 with all its streams', async () => {
    const { url } = await police(onRequest({ type: 'close-connection' }))
    const session = await openHttp2(url)
    const closed = new Promise((resolve) => session.once('close', resolve))
    expect(await http2Request(session, { ':path': '/' })).toMatchObject({ status: Number.NaN, text: '' })
    await closed
  })
})

describe('jwt-validation', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  test('lets a token of a key set in, and no other', async () => {
    const keys = await startUpstream((_incoming, response) => {
      response.end(JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256' }] }))
    })
    const policy = onRequest({
      type: 'jwt-validation',
      config: {
        issuer: { allow_list: [{ value: 'https://issuer.example' }] },
        http: { tokens: [{ type: 'jwt', method: 'header', name: 'Authorization', prefix: 'Bearer ' }] },
        jws: {
          allowed_algorithms: ['ES256'],
          keys: { sources: { additional_jkus: [`http://127.0.0.1:${keys.port}/keys`] } },
        },
      },
    })
    const { url } = await police(policy, { policies: { allowPrivateAddresses: true } })
    const ask = (token: string) => request(url, { headers: { authorization: `Bearer ${token}` } })
    expect((await ask(token(privateKey, 'https://issuer.example'))).status).toBe(200)
    expect((await ask(token(privateKey, 'https://other.example'))).status).toBe(403)
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    expect((await ask(token(stranger.privateKey, 'https://issuer.example'))).status).toBe(403)
    expect(keys.requests.length).toBeGreaterThan(0)
  })

  test('does not fetch keys from the edge’s own network', async () => {
    const keys = await startUpstream((_incoming, response) => response.end('{"keys": []}'))
    const policy = onRequest({
      type: 'jwt-validation',
      config: {
        issuer: { allow_list: [{ value: 'https://issuer.example' }] },
        http: { tokens: [{ type: 'jwt', method: 'header', name: 'Authorization', prefix: 'Bearer ' }] },
        jws: {
          allowed_algorithms: ['ES256'],
          keys: {
            sources: { additional_jkus: [`http://127.0.0.1:${keys.port}/keys`, `http://localhost:${keys.port}/`] },
          },
        },
      },
    })
    const { url } = await police(policy)
    const answer = await request(url, {
      headers: { authorization: `Bearer ${token(privateKey, 'https://issuer.example')}` },
    })
    expect(answer.headers['tunnel-error-code']).toBe('ERR_TUNNEL_3422')
    expect(keys.requests).toEqual([])
  })

  function token(key: KeyObject, iss: string): string {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const signed = `${part({ alg: 'ES256', kid: 'one' })}.${part({ iss, sub: 'me' })}`
    return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
  }
})

describe('http-request', () => {
  const asking = (url: string, on_error = 'continue'): string =>
    JSON.stringify({
      on_http_request: [
        { actions: [{ type: 'http-request', config: { url, on_error } }] },
        {
          actions: [
            {
              type: 'custom-response',
              config: {
                body: '${actions.ngrok.http_request.res.body} ${string(actions.ngrok.http_request.res.status_code)}',
              },
            },
          ],
        },
      ],
    })

  test('reaches an internal endpoint of the account', async () => {
    const { tunnel, url } = await police(asking('https://answers.internal/a?b=c'))
    const answering = await startUpstream((incoming, response) => response.writeHead(201).end(`${incoming.url}`))
    await tunnel.forward(answering, { url: 'https://answers.internal' })
    expect((await request(url)).text).toBe('/a?b=c 201')
  })

  test('reaches hosts that the edge allows', async () => {
    const answering = await startUpstream((incoming, response) => response.end(`${incoming.headers['user-agent']}`))
    const { url } = await police(asking(`http://127.0.0.1:${answering.port}/`), {
      policies: { requestHosts: ['127.0.0.1'], allowPrivateAddresses: true },
    })
    expect((await request(url)).text).toBe('ngrok/cloud 200')
  })

  test.each([
    ['that it does not allow', { requestHosts: ['*.example'], allowPrivateAddresses: true }],
    ['at an address that is not public', { requestHosts: ['127.0.0.1'] }],
  ])('does not reach a host %s', async (_what, policies) => {
    const answering = await startUpstream((_incoming, response) => response.end('secret'))
    const { url } = await police(asking(`http://127.0.0.1:${answering.port}/`, 'halt'), { policies })
    expect(await request(url)).toMatchObject({ status: 502, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3007' } })
    expect(answering.requests).toEqual([])
  })
})

test('responses to HEAD have no body and keep the connection', async () => {
  const { url } = await police(onRequest({ type: 'custom-response', config: { body: 'hello' } }))
  const visitor = await visit(url)
  const { host } = new URL(url)
  visitor.send(`HEAD / HTTP/1.1\r\nHost: ${host}\r\n\r\nGET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  const answers = responsesIn(await visitor.receiveAll(), ['HEAD', 'GET'])
  expect(answers.map(({ status, body }) => [status, body])).toEqual([
    [200, ''],
    [200, 'hello'],
  ])
  visitor.finish()
})

test('pipelined requests are decided one after the other', async () => {
  const { url } = await police(
    JSON.stringify({
      on_http_request: [{ expressions: ["req.url.path == '/no'"], actions: [{ type: 'deny' }] }],
    }),
    { handle: (incoming, response) => void tellAsked(incoming, response) },
  )
  const visitor = await visit(url)
  const { host } = new URL(url)
  const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`
  visitor.send(get('/no') + get('/yes') + get('/no') + get('/last', 'Connection: close\r\n'))
  const answers = responsesIn(await visitor.receiveAll())
  expect(answers.map(({ status }) => status)).toEqual([403, 200, 403, 200])
  visitor.finish()
})
