// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { PolicyPorts, RequestOutcome } from '../src/index.ts'
import { enforce, response, rule } from './enforcement.ts'
import { request } from './evaluation.ts'

const bytes = fc.uint8Array({ maxLength: 300 }).map((given) => Buffer.from(given))
const latin1 = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
  maxLength: 80,
})

const withBody = (body: Buffer, ...headers: string[]) =>
  request(
    { method: 'POST', headers: ['Host', 'a', ...headers], host: 'a', framing: 'length', contentLength: body.length },
    { readBody: async () => body },
  )

/** Refuses, answers or forwards: nothing else, and nothing goes wrong inside. */
function expectDecision(outcome: RequestOutcome, insideErrors: unknown[]): void {
  expect(['forward', 'respond', 'refuse', 'close']).toContain(outcome.kind)
  expect(insideErrors).toEqual([])
}

/** Ports that tell of what went wrong inside. */
function watched(ports: PolicyPorts = {}): { ports: PolicyPorts; errors: unknown[] } {
  const errors: unknown[] = []
  return { errors, ports: { ...ports, reportError: (error) => errors.push(error) } }
}

const part = fc.oneof(
  fc.json().map((text) => Buffer.from(text).toString('base64url')),
  fc.constantFrom(
    ...[
      '{"alg":"RS256"}',
      '{"alg":"none"}',
      '{"alg":["RS256"]}',
      '{"alg":"RS256","kid":{"a":1}}',
      '{"__proto__":{"alg":"RS256"}}',
    ].map((text) => Buffer.from(text).toString('base64url')),
  ),
  fc.constantFrom('', '=', '.', 'e30', 'bnVsbA'),
  fc.base64String(),
)
const token = fc.oneof(
  fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('.')),
  latin1,
)

it('no token gets in without a signature, and none makes the check fail inside', async () => {
  const keys = { keys: [{ kty: 'RSA', kid: 'a', n: 'AQAB', e: 'AQAB' }, { kty: 'EC' }, null, 3] }
  const { ports, errors } = watched({
    fetch: async () => ({ status: 200, headers: [], body: Buffer.from(JSON.stringify(keys)), resolvedIp: '' }),
  })
  const { exchange } = enforce(
    rule(
      'on_http_request',
      `{type: jwt-validation, config: {issuer: {allow_list: [{value: i}]}, http: {tokens: [{type: jwt, method: header, name: authorization, prefix: "Bearer "}]}, jws: {allowed_algorithms: [RS256, ES256], keys: {sources: {additional_jkus: ["https://keys.example/"]}}}}}`,
    ),
    ports,
  )
  await fc.assert(
    fc.asyncProperty(token, async (given) => {
      const outcome = await exchange(
        request({ headers: ['Host', 'a', 'Authorization', `Bearer ${given}`] }),
      ).onRequest()
      expect(outcome.kind).toBe('refuse')
      expect(errors).toEqual([])
    }),
    { numRuns: 500 },
  )
})

it('a token in any body is found or refused', async () => {
  const { ports, errors } = watched()
  const { exchange } = enforce(
    rule(
      'on_http_request',
      `{type: jwt-validation, config: {issuer: {allow_list: [{value: i}]}, http: {tokens: [{type: jwt, method: body, name: token}]}, jws: {allowed_algorithms: [RS256], keys: {sources: {additional_jkus: ["https://keys.example/"]}}}}}`,
    ),
    ports,
  )
  const json = fc.json().map((text) => Buffer.from(text))
  const type = fc.constantFrom(
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain',
    'application/json; a="',
  )
  await fc.assert(
    fc.asyncProperty(fc.oneof(bytes, json), type, async (body, contentType) => {
      const outcome = await exchange(withBody(body, 'Content-Type', contentType)).onRequest()
      expect(outcome.kind).toBe('refuse')
      expect(errors).toEqual([])
    }),
    { numRuns: 500 },
  )
})

const coding = fc.constantFrom('', 'gzip', 'br', 'deflate', 'compress', 'identity', 'gzip, br', 'x-unknown', ',,')

it('any body in any coding is replaced in, or refused', async () => {
  const { ports, errors } = watched()
  const { exchange } = enforce(
    rule(
      'on_http_request',
      '{type: request-body-find-replace, config: {replacements: [{from: "(?i)a+|\\\\b", to: "<$0${req.method}>"}]}}',
    ),
    ports,
  )
  await fc.assert(
    fc.asyncProperty(bytes, coding, async (body, encoding) => {
      expectDecision(await exchange(withBody(body, 'Content-Encoding', encoding)).onRequest(), errors)
    }),
    { numRuns: 500 },
  )
})

it('any body of a response passes all that a response goes through', async () => {
  const { ports, errors } = watched()
  const policy = `on_http_response:
  - actions:
      - {type: response-body-find-replace, config: {replacements: [{from: ".", to: "$0$0"}]}}
      - {type: compress-response}
on_event_stream_message:
  - actions: [{type: sse-find-replace, config: {replacements: [{from: "a*", to: b}]}}]
`
  const { exchange } = enforce(policy, ports)
  const type = fc.constantFrom('text/event-stream', 'text/html', 'text/event-stream; charset=x', '')
  await fc.assert(
    fc.asyncProperty(bytes, coding, type, latin1, async (body, encoding, contentType, accepted) => {
      const one = exchange(request({ headers: ['Host', 'a', 'Accept-Encoding', accepted] }))
      await one.onRequest()
      const headers = ['Content-Type', contentType, 'Content-Encoding', encoding]
      const head = { headers, framing: 'length' as const, contentLength: body.length }
      const outcome = await one.onResponse(response(head, { readBody: async () => body }))
      expect(['respond', 'refuse']).toContain(outcome.kind)
      const stream = one.eventStream()
      if (stream && 'write' in stream) expect(Buffer.concat([stream.write(body), stream.end()])).toBeInstanceOf(Buffer)
      expect(errors).toEqual([])
    }),
    { numRuns: 500 },
  )
})

it('any cookies, credentials and signatures are read or refused', async () => {
  const { ports, errors } = watched()
  const { exchange } = enforce(
    `on_http_request:
  - expressions: ["getReqCookie('a') == null || getReqCookie('a').value.size() >= 0"]
    actions:
      - {type: basic-auth, config: {credentials: ["user:password"], enforce: false}}
      - {type: verify-webhook, config: {provider: stripe, secret: s, enforce: false}}
      - {type: verify-webhook, config: {provider: slack, secret: s, enforce: false}}
      - {type: rate-limit, config: {name: n, algorithm: sliding_window, capacity: 1000000, rate: 60s, bucket_key: ["getReqHeader('cookie')", "req.cookies['a']"]}}
`,
    ports,
  )
  const name = fc.constantFrom(
    'Cookie',
    'Authorization',
    'Stripe-Signature',
    'X-Slack-Signature',
    'X-Slack-Request-Timestamp',
  )
  const value = fc.oneof(
    latin1,
    fc.constantFrom(
      'a=1',
      'a=b; a=c; __proto__=d',
      'Basic ',
      'Basic =',
      'Basic Og==',
      't=1,v1=',
      't=999999999999999999,v1=00',
      'v0=',
    ),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, value), { maxLength: 8 }), bytes, async (fields, body) => {
      expectDecision(await exchange(withBody(body, ...fields.flat())).onRequest(), errors)
    }),
    { numRuns: 500 },
  )
})

it('nothing of all that has changed the prototype of objects', () => {
  expect(Object.keys(Object.prototype)).toEqual([])
  expect(Object.getOwnPropertyNames(Object.prototype).filter((name) => name === 'alg' || name === 'd')).toEqual([])
})
