import { ManualClock } from '@tunnel/testkit'
import { describe, expect, test } from 'vitest'
import { firstField } from './header-fields.ts'
import { type HttpRequestPorts, httpRequest } from './http-request.ts'
import { buildHttpRequest, type HttpRequestConfig, type HttpRequestFacts } from './http-request-build.ts'
import { PolicyFetchTooLarge, type PolicyRequest, type PolicyResponse } from './policy-fetch.ts'

const config: HttpRequestConfig = {
  url: 'https://auth.internal/check',
  method: 'GET',
  queryParams: [],
  headers: [],
  maxRedirects: 0,
  timeoutMs: 3000,
}
const facts: HttpRequestFacts = {
  requestId: 'req_1',
  clientIp: '192.0.2.1',
  reportAbuseUrl: 'https://e.example/abuse',
  requestHeaders: [],
}

type Answer = Partial<PolicyResponse> | Error

/** Runs the action against answers that are given in turn; the last one stays. */
async function run(changes: Partial<HttpRequestConfig>, answers: Answer[], ports: Partial<HttpRequestPorts> = {}) {
  const clock = new ManualClock(1000)
  const sent: PolicyRequest[] = []
  const outcome = await httpRequest({ ...config, ...changes }, facts, {
    clock,
    async fetch(request) {
      sent.push(request)
      clock.advance(5)
      const answer = answers[Math.min(sent.length, answers.length) - 1]!
      if (answer instanceof Error) throw answer
      return { status: 200, headers: [], body: Buffer.alloc(0), resolvedIp: '10.0.0.1', ...answer }
    },
    ...ports,
  })
  expect(clock.pending).toBe(0)
  return { ...outcome, sent }
}

describe('the request', () => {
  test('tells what it is and for whom', () => {
    const { method, url, headers, body } = buildHttpRequest(config, facts)
    expect({ method, url, body }).toEqual({ method: 'GET', url: 'https://auth.internal/check', body: undefined })
    expect(headers).toEqual([
      ...['host', 'auth.internal', 'user-agent', 'ngrok/cloud', 'x-forwarded-for', '192.0.2.1'],
      ...['ngrok-report-abuse', 'https://e.example/abuse', 'ngrok-req-type', 'http-request', 'ngrok-req-id', 'req_1'],
      ...['tunnel-req-hops', '1'],
    ])
  })

  test('has the query, headers and body that it is given', () => {
    const { url, headers, body } = buildHttpRequest(
      {
        ...config,
        method: 'POST',
        url: 'http://a.internal:8080?x=1#f',
        queryParams: [
          { key: 'a b', value: 'é&=' },
          { key: 'x', value: '2' },
        ],
        headers: [
          ['X-Token', 'abc'],
          ['User-Agent', 'mine'],
        ],
        body: 'é',
      },
      facts,
    )
    expect(url).toBe('http://a.internal:8080/?x=1&a%20b=%C3%A9%26%3D&x=2')
    expect(firstField(headers, 'x-token')).toBe('abc')
    expect(firstField(headers, 'user-agent')).toBe('mine')
    expect(firstField(headers, 'content-length')).toBe('2')
    expect(body?.toString()).toBe('é')
  })

  test.each<[string, Partial<HttpRequestConfig>, string]>([
    ['no url', { url: 'check' }, 'ERR_TUNNEL_2253'],
    ['another scheme', { url: 'file:///etc/passwd' }, 'ERR_TUNNEL_2253'],
    ['ftp', { url: 'ftp://a.internal/' }, 'ERR_TUNNEL_2253'],
    ['credentials', { url: 'http://a:b@c.internal/' }, 'ERR_TUNNEL_2253'],
    ['a line break', { url: 'http://a.internal/\r\nx' }, 'ERR_TUNNEL_2253'],
    ['a header with a line break', { headers: [['x', 'a\nb']] }, 'ERR_TUNNEL_2211'],
    ['a length of its own', { headers: [['content-length', '5']] }, 'ERR_TUNNEL_2219'],
    ['11 headers', { headers: Array.from({ length: 11 }, (_, at) => [`x-${at}`, ''] as const) }, 'ERR_TUNNEL_2218'],
    ['33 parameters', { queryParams: Array.from({ length: 33 }, () => ({ key: 'a', value: '' })) }, 'ERR_TUNNEL_2218'],
    ['a long key', { queryParams: [{ key: 'a'.repeat(129), value: '' }] }, 'ERR_TUNNEL_2218'],
    ['a long value', { queryParams: [{ key: 'a', value: 'x'.repeat(8193) }] }, 'ERR_TUNNEL_2218'],
  ])('with %s is refused', (_, changes, code) => {
    expect(() => buildHttpRequest({ ...config, ...changes }, facts)).toThrow(expect.objectContaining({ code }))
  })

  test('is the last of three in a chain', () => {
    const after = (hops: string) => () =>
      buildHttpRequest(config, { ...facts, requestHeaders: ['Tunnel-Req-Hops', hops] })
    expect(firstField(after('2')().headers, 'tunnel-req-hops')).toBe('3')
    for (const hops of ['3', '9', '-1', 'x', ''])
      expect(after(hops)).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_3603' }))
  })
})

describe('the answer', () => {
  test('becomes the result variables, whatever its status', async () => {
    const { error, results } = await run({}, [
      { status: 500, headers: ['X-A', '1', 'x-a', '2'], body: Buffer.from('no') },
    ])
    expect(error).toBeUndefined()
    expect(results.res).toEqual({
      resolved_ip: '10.0.0.1',
      header: { 'x-a': ['1', '2'] },
      status_code: 500,
      time_ms: 5,
      body: 'no',
    })
    expect(results.attempts).toHaveLength(1)
    expect(results.req.url).toBe('https://auth.internal/check')
  })

  test('can have a field of any name', async () => {
    const { results } = await run({}, [{ headers: ['__proto__', 'x', 'constructor', 'y'] }])
    expect(Object.entries(results.res!.header)).toEqual([
      ['__proto__', ['x']],
      ['constructor', ['y']],
    ])
  })

  test.each<[string, Answer, string]>([
    ['that is too large', { body: Buffer.alloc(256 * 1024 + 1) }, 'ERR_TUNNEL_3601'],
    ['that the port found too large', new PolicyFetchTooLarge('x'), 'ERR_TUNNEL_3601'],
    ['that never comes', new Error('ECONNREFUSED'), 'ERR_TUNNEL_3007'],
  ])('%s is an error', async (_, answer, code) => {
    const { error, results } = await run({}, [answer])
    expect(error?.code).toBe(code)
    expect(results.res).toBeUndefined()
    expect(results.error?.code).toBe(code)
    expect(results.attempts).toEqual([
      { resolved_ip: '', response_header: {}, response_status_code: 0, response_time_ms: 5 },
    ])
  })

  test('that does not come in time is an error, also of a port that forgets its signal', async () => {
    const clock = new ManualClock()
    const running = httpRequest(config, facts, { clock, fetch: () => new Promise(() => {}) })
    clock.advance(2999)
    expect(clock.pending).toBe(1)
    clock.advance(1)
    expect((await running).error).toMatchObject({ code: 'ERR_TUNNEL_3602', status: 504 })
    expect(clock.pending).toBe(0)
  })
})

describe('tries again', () => {
  test('as long as the condition says so, three times at most', async () => {
    const seen: [number, number | undefined][] = []
    const shouldRetry: HttpRequestPorts['shouldRetry'] = (attempts, { res }) => {
      seen.push([attempts, res?.status_code])
      return true
    }
    const { sent, results, error } = await run({}, [{ status: 503 }], { shouldRetry })
    expect(sent).toHaveLength(4)
    expect(seen).toEqual([
      [1, 503],
      [2, 503],
      [3, 503],
    ])
    expect(results.attempts).toHaveLength(4)
    expect(error).toBeUndefined()
    expect(results.res?.status_code).toBe(503)
  })

  test('after a failure, and is well when a later try is', async () => {
    const shouldRetry: HttpRequestPorts['shouldRetry'] = (_, { error }) => error !== undefined
    const { sent, error, results } = await run({}, [new Error('reset'), { status: 200 }], { shouldRetry })
    expect(sent).toHaveLength(2)
    expect(error).toBeUndefined()
    expect(results.error).toBeUndefined()
    expect(results.attempts.map((one) => one.response_status_code)).toEqual([0, 200])
  })

  test('not when the time is over', async () => {
    const clock = new ManualClock()
    let asked = 0
    const running = httpRequest(config, facts, {
      clock,
      fetch: () => new Promise(() => {}),
      shouldRetry: () => ++asked > 0,
    })
    clock.advance(3000)
    expect((await running).results.attempts).toHaveLength(1)
    expect(asked).toBe(0)
  })
})

describe('a redirect', () => {
  const to = (location: string, status = 302) => ({ status, headers: ['Location', location] })
  const post: Partial<HttpRequestConfig> = {
    method: 'POST',
    body: 'x',
    maxRedirects: 2,
    headers: [
      ['Authorization', 'a'],
      ['X-B', 'b'],
    ],
  }

  test('is the response if none may be followed', async () => {
    const { sent, results } = await run({}, [to('/next')])
    expect(sent).toHaveLength(1)
    expect(results.res?.status_code).toBe(302)
  })

  test('is followed, and the result is of the last request', async () => {
    const { sent, results } = await run({ maxRedirects: 1 }, [to('/next?x=1#f'), { status: 204 }])
    expect(sent[1]?.url).toBe('https://auth.internal/next?x=1')
    expect(results).toMatchObject({ req: { url: 'https://auth.internal/next?x=1' }, res: { status_code: 204 } })
    expect(results.attempts).toHaveLength(1)
  })

  test.each([
    [301, 'GET'],
    [302, 'GET'],
    [303, 'GET'],
    [307, 'POST'],
    [308, 'POST'],
  ])('%i makes a POST a %s', async (status, method) => {
    const { sent } = await run(post, [to('/next', status), {}])
    expect(sent[1]?.method).toBe(method)
    expect(sent[1]?.body?.toString()).toBe(method === 'POST' ? 'x' : undefined)
    expect(firstField(sent[1]!.headers, 'content-length')).toBe(method === 'POST' ? '1' : undefined)
  })

  test('to another origin is not told the credentials', async () => {
    const { sent } = await run(post, [to('https://other.internal/'), {}])
    expect(firstField(sent[1]!.headers, 'authorization')).toBeUndefined()
    expect(firstField(sent[1]!.headers, 'host')).toBe('other.internal')
    expect(firstField(sent[1]!.headers, 'x-b')).toBe('b')
    expect(firstField((await run(post, [to('/same'), {}])).sent[1]!.headers, 'authorization')).toBe('a')
  })

  test('one more than allowed is an error', async () => {
    const { error, sent } = await run({ maxRedirects: 2 }, [to('/again')])
    expect(error?.code).toBe('ERR_TUNNEL_3214')
    expect(sent).toHaveLength(3)
  })

  test.each(['file:///etc/passwd', 'http://', 'javascript:x', 'http://a:b@c/'])(
    'to %s is an error',
    async (location) => {
      expect((await run({ maxRedirects: 1 }, [to(location)])).error?.code).toBe('ERR_TUNNEL_2253')
    },
  )
})
