import { brotliCompressSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { captureDetailSchema, captureListSchema, captureSummarySchema } from '../src/contract.ts'
import type { CaptureDetail, CaptureList, CaptureSummary } from '../src/index.ts'
import type { Capture } from '../src/store/capture.ts'
import { FakeEndpoint, requestHead, responseHead } from './fake-endpoint.ts'
import { localApi } from './local-api.ts'

async function withOne(exchange: Parameters<FakeEndpoint['exchange']>[0] = {}, options = {}) {
  const api = await localApi(options)
  const endpoint = new FakeEndpoint(api.inspector)
  endpoint.exchange(exchange)
  const capture = api.inspector.store.newestFirst()[0] as Capture
  return { ...api, endpoint, capture, uri: `/api/captures/${capture.id}` }
}

describe('list', () => {
  test('has the shape of the contract, in memory and over the wire', async () => {
    const { call } = await withOne({ target: '/a?b=c', status: 404, reason: 'Not Found' })
    const list = (await call('/api/captures')).json<CaptureList>()
    expect(captureListSchema.parse(list)).toEqual(list)
    expect(list).toMatchObject({
      matched: 1,
      total: 1,
      next: null,
      captures: [
        {
          kind: 'http',
          state: 'complete',
          method: 'GET',
          path: '/a?b=c',
          status: 404,
          durationMs: 3.893,
          firstByteMs: 3.25,
        },
      ],
      usage: { captures: 1, maxBytes: 50_000_000, spool: null },
    })
  })

  test('is read page by page', async () => {
    const { inspector, call } = await localApi()
    const endpoint = new FakeEndpoint(inspector)
    for (let count = 1; count <= 5; count++) endpoint.exchange({ target: `/${count}` })
    const page = async (query: string) => (await call(`/api/captures?${query}`)).json<CaptureList>()
    const first = await page('limit=2')
    const second = await page(`limit=2&before=${first.next}`)
    const third = await page(`limit=2&before=${second.next}`)
    expect([first, second, third].map(({ captures }) => captures.map(({ path }) => path))).toEqual([
      ['/5', '/4'],
      ['/3', '/2'],
      ['/1'],
    ])
    expect(third.next).toBeNull()
  })

  test('is filtered by heads and by text of bodies; a wrong filter says where', async () => {
    const { inspector, call } = await localApi()
    const endpoint = new FakeEndpoint(inspector)
    endpoint.exchange({ target: '/one', requestHeaders: ['X-Shop', 'Acme'], responseBody: '{"name":"Ünder"}' })
    endpoint.exchange({ target: '/two', status: 500, requestBody: 'order 42' })
    const paths = async (filter: string) => {
      const list = (await call(`/api/captures?filter=${encodeURIComponent(filter)}`)).json<CaptureList>()
      return [list.matched, ...list.captures.map(({ path }) => path)]
    }
    expect(await paths('status:5xx')).toEqual([1, '/two'])
    expect(await paths('header.x-shop:acme')).toEqual([1, '/one'])
    expect(await paths('"ünder"')).toEqual([1, '/one'])
    expect(await paths('-"order 42"')).toEqual([1, '/one'])
    expect(await paths('nothing')).toEqual([0])
    const wrong = await call('/api/captures?filter=path:/a%20status:99999')
    expect(wrong.status).toBe(400)
    expect(wrong.json()).toMatchObject({ error_code: 101, details: { start: 15, end: 20 } })
  })

  test('10,000 captures are filtered by text', async () => {
    const { inspector, call } = await localApi()
    const endpoint = new FakeEndpoint(inspector)
    for (let count = 1; count <= 10_000; count++)
      endpoint.exchange({ target: `/${count}`, responseBody: `{"n":${count}}` })
    const list = (await call('/api/captures?filter=%229999%22&limit=1000')).json<CaptureList>()
    expect([list.matched, list.total]).toEqual([1, 10_000])
  })
})

test('detail keeps order and case of headers, 1xx, trailers and times', async () => {
  const { inspector, call } = await localApi()
  const observer = new FakeEndpoint(inspector).inspection.observe?.()
  observer?.onRequestHead(requestHead('POST', '/x', ['a', '1', 'A', '2', 'X-Forwarded-For', '192.0.2.9']), 1000)
  observer?.onConnected?.(1001.5)
  observer?.onRequestEnd(['T', 'r'], 1002)
  observer?.onInformational({ ...responseHead(103, 'Early Hints', ['Link', '</a>']), framing: 'none' }, 1003)
  observer?.onResponseHead(responseHead(200, 'Fine', ['B', '1']), 1004)
  observer?.onResponseEnd(['Checksum', 'abc'], 1005)
  const [capture] = inspector.store.newestFirst()
  const detail = (await call(`/api/captures/${capture?.id}`)).json<CaptureDetail>()
  expect(captureDetailSchema.parse(detail)).toEqual(detail)
  expect(detail).toMatchObject({
    remoteAddress: '192.0.2.9',
    upstream: 'http://localhost:80',
    request: {
      headers: [
        ['Host', 'shop.example.com'],
        ['a', '1'],
        ['A', '2'],
        ['X-Forwarded-For', '192.0.2.9'],
      ],
      trailers: [['T', 'r']],
      complete: true,
    },
    informational: [{ status: 103, reason: 'Early Hints', headers: [['Link', '</a>']], atMs: 3 }],
    response: { status: 200, reason: 'Fine', trailers: [['Checksum', 'abc']], complete: true },
    timings: { queueMs: 0, connectMs: 1.5, requestEndMs: 2, firstByteMs: 4, totalMs: 5 },
    policy: [],
    canReplay: true,
    canSend: false,
  })
})

test('how long a request waited for a connection is not known where they are shared', async () => {
  const { inspector, call } = await localApi()
  new FakeEndpoint(inspector, {}, { upstream: { url: 'http://localhost:80', protocol: 'http2' } }).exchange()
  const [capture] = inspector.store.newestFirst()
  const detail = (await call(`/api/captures/${capture?.id}`)).json<CaptureDetail>()
  expect(detail.timings).toMatchObject({ queueMs: null, connectMs: 0 })
})

test.each([
  ['ERR_VISITOR_LEFT', 'visitor'],
  ['ERR_TUNNEL_8012', 'upstream'],
  ['ERR_HTTP_STATUS', 'upstream'],
])('says that %s is the fault of the %s', async (code, side) => {
  const { inspector, call } = await localApi()
  const observer = new FakeEndpoint(inspector).inspection.observe?.()
  observer?.onRequestHead(requestHead('GET', '/', []), 1)
  observer?.onFailure(code, 2)
  const [capture] = inspector.store.newestFirst()
  expect((await call(`/api/captures/${capture?.id}`)).json()).toMatchObject({
    state: 'failed',
    failure: code,
    failureDetail: { code, side, message: expect.any(String) },
  })
})

describe('bodies', () => {
  test('are fetched whole and by range, as what no browser shows', async () => {
    const { call, uri } = await withOne({
      responseHeaders: ['Content-Type', 'text/html'],
      responseBody: '<script>alert(1)</script>',
    })
    const whole = await call(`${uri}/response/body`)
    expect([whole.status, whole.bytes.toString()]).toEqual([200, '<script>alert(1)</script>'])
    expect(whole.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': expect.stringMatching(/^attachment/),
      'x-content-type-options': 'nosniff',
      'x-body-bytes': '25',
      'x-truncated': 'false',
    })
    const part = await call(`${uri}/response/body?from=1&length=6`)
    expect([part.status, part.bytes.toString(), part.headers['content-range']]).toEqual([206, 'script', 'bytes 1-6/25'])
    const range = await call(`${uri}/response/body`, { headers: { range: 'bytes=-9' } })
    expect([range.status, range.bytes.toString()]).toEqual([206, '</script>'])
    expect((await call(`${uri}/response/body?from=25`)).status).toBe(400)
    expect((await call(`${uri}/request/body`)).bytes.length).toBe(0)
  })

  test.each([
    ['gzip', gzipSync('hello')],
    ['br', brotliCompressSync('hello')],
    ['gzip, br', brotliCompressSync(gzipSync('hello'))],
    ['', Buffer.from('hello')],
  ])('are decoded from %s when asked to', async (encoding, responseBody) => {
    const { call, uri } = await withOne({ responseHeaders: ['Content-Encoding', encoding], responseBody })
    expect((await call(`${uri}/response/body?decoded=true`)).bytes.toString()).toBe('hello')
    expect((await call(`${uri}/response/body`)).bytes.equals(responseBody)).toBe(true)
  })

  test('a bomb is not opened, and what is no gzip says so', async () => {
    const bomb = await withOne({
      responseHeaders: ['Content-Encoding', 'gzip'],
      responseBody: gzipSync(Buffer.alloc(30_000_000)),
    })
    expect((await bomb.call(`${bomb.uri}/response/body?decoded=true`)).status).toBe(413)
    const wrong = await withOne({ responseHeaders: ['Content-Encoding', 'gzip'], responseBody: 'no gzip' })
    expect((await wrong.call(`${wrong.uri}/response/body?decoded=true`)).status).toBe(409)
  })
})

describe('what strangers send', () => {
  test('bytes that are no text survive in every answer', async () => {
    const wild = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const { call, uri, capture } = await withOne({
      target: '/\u00ff\u0080"<>',
      requestHeaders: ['X-Wild', '\u00e9\u00ff'],
      requestBody: wild,
      responseBody: wild,
    })
    expect((await call(`${uri}/request/body`)).bytes.equals(wild)).toBe(true)
    expect((await call(uri)).json()).toMatchObject({ path: '/\u00ff\u0080"<>' })
    const raw = (await call(`/api/requests/http/${capture.id}`)).json<{ request: { raw: string } }>().request.raw
    expect(Buffer.from(raw, 'base64').subarray(-256).equals(wild)).toBe(true)
    for (const path of ['/api/captures.har', `${uri}/test?format=curl`, `${uri}/test`])
      expect((await call(path)).status, path).toBe(200)
  })

  test('JSON that nests deep is stored, shown and exported as it is', async () => {
    const deep = '['.repeat(100_000)
    const { call, uri } = await withOne({ responseHeaders: ['Content-Type', 'application/json'], responseBody: deep })
    expect((await call(`${uri}/response/body`)).bytes.toString()).toBe(deep)
    expect((await call(`${uri}/test`)).status).toBe(200)
  })

  test('a header named __proto__ is a header', async () => {
    const { call, capture } = await withOne({ requestHeaders: ['__proto__', 'x', 'constructor', 'y'] })
    const { request } = (await call(`/api/requests/http/${capture.id}`)).json<{ request: { headers: object } }>()
    expect(Object.entries(request.headers)).toEqual(
      expect.arrayContaining([
        ['__proto__', ['x']],
        ['Constructor', ['y']],
      ]),
    )
  })
})

test('shows what the policy of the edge did, where somebody had it explained', async () => {
  const { inspector, call } = await localApi()
  const endpoint = new FakeEndpoint(inspector)
  endpoint.exchange({ requestHeaders: ['Tunnel-Explain', 'me'] })
  endpoint.exchange({ requestHeaders: ['Tunnel-Explain', 'other'] })
  const action = { type: 'deny', pointer: '/x', outcome: 'respond', status: 403, code: 'ERR_TUNNEL_3400' }
  const rules = [
    { index: 0, name: 'first', expressions: [], matched: false, actions: [] },
    { index: 1, expressions: [], matched: true, actions: [action] },
  ]
  const { explained } = endpoint.inspection
  await explained?.('me', JSON.stringify({ phases: [{ phase: 'on_http_request', rules }] }))
  await explained?.('nobody', JSON.stringify({ phases: [] }))
  await explained?.('other', 'no JSON')
  await explained?.('other', JSON.stringify({ phases: 'no list' }))
  const [other, one] = inspector.store.newestFirst()
  const detail = (await call(`/api/captures/${one?.id}`)).json<CaptureDetail>()
  expect(captureDetailSchema.parse(detail).policy).toEqual([
    { phase: 'on_http_request', rule: 'first', action: '', outcome: 'not matched', durationMs: null },
    {
      phase: 'on_http_request',
      rule: 'rule 2',
      action: 'deny',
      outcome: 'respond 403 ERR_TUNNEL_3400',
      durationMs: null,
    },
  ])
  expect((await call(`/api/captures/${other?.id}`)).json<CaptureDetail>().policy).toEqual([])
})

test('is pinned, noted, deleted and cleared', async () => {
  const { call, uri, endpoint, inspector } = await withOne()
  const changed = (
    await call(uri, { method: 'PATCH', body: { pinned: true, note: 'look here' } })
  ).json<CaptureSummary>()
  expect(captureSummarySchema.parse(changed)).toMatchObject({ pinned: true, note: 'look here' })
  endpoint.exchange()
  endpoint.exchange()
  expect((await call('/api/captures', { method: 'DELETE' })).json()).toEqual({ deleted: 2 })
  expect(inspector.store.size).toBe(1)
  expect((await call(uri, { method: 'DELETE' })).status).toBe(204)
  expect((await call(uri)).status).toBe(404)
  endpoint.exchange({ status: 500 })
  endpoint.exchange({ status: 200 })
  expect((await call('/api/captures?filter=status:500', { method: 'DELETE' })).json()).toEqual({ deleted: 1 })
})

test('pinning is refused beyond half of the memory', async () => {
  const { call, uri } = await withOne(
    { responseBody: 'x'.repeat(5000) },
    { limits: { maxBytes: 10_000, maxBodyBytes: 10_000 } },
  )
  const answer = await call(uri, { method: 'PATCH', body: { pinned: true } })
  expect([answer.status, answer.json().error_code]).toEqual([200, undefined])
  const small = await withOne({ responseBody: 'x'.repeat(5000) }, { limits: { maxBytes: 6_000 } })
  small.endpoint.exchange({ responseBody: 'x'.repeat(1500) })
  const [newest] = small.inspector.store.newestFirst()
  await small.call(`/api/captures/${newest?.id}`, { method: 'PATCH', body: { pinned: true } })
  small.endpoint.exchange({ responseBody: 'x'.repeat(1500) })
  const [next] = small.inspector.store.newestFirst()
  const refused = await small.call(`/api/captures/${next?.id}`, { method: 'PATCH', body: { pinned: true } })
  expect(refused.json()).toMatchObject({ error_code: 121, status_code: 409, details: { code: 'ERR_INSPECTOR_PIN' } })
})

describe('replay', () => {
  test('refuses what it cannot send as it was', async () => {
    const { call, uri } = await withOne(
      { method: 'POST', requestBody: 'x'.repeat(50) },
      { limits: { maxBodyBytes: 10 } },
    )
    const cut = await call(`${uri}/replay`, { method: 'POST', body: {} })
    expect(cut.json()).toMatchObject({
      status_code: 409,
      details: { err: expect.stringContaining('only 10 of 50 bytes') },
    })
    expect((await call(`${uri}/replay`, { method: 'POST', body: { allowTruncated: true } })).status).toBe(202)
    expect((await call(`${uri}/replay`, { method: 'POST', body: { body: 'whole' } })).status).toBe(202)
  })

  test.each([
    [{ method: 'GET /evil HTTP/1.1\r\nX: ' }],
    [{ target: '/a b' }],
    [{ target: '/a\r\nX: y' }],
    [{ headers: [['X', 'a\r\nEvil: 1']] }],
    [{ headers: [['X\r\nEvil', '1']] }],
    [{ trailers: [['X', '\u0000']] }],
    [{ endpoint: 'nobody' }],
  ])('refuses %j, which would not be one request', async (body) => {
    const { call, uri, endpoint } = await withOne()
    expect((await call(`${uri}/replay`, { method: 'POST', body })).status).toBe(409)
    expect(endpoint.sent).toEqual([])
  })

  test.each([
    [{ times: 0 }],
    [{ times: 101 }],
    [{ body: 'a', bodyBase64: 'YQ==' }],
    [{ endpoint: 'a', upstream: 'b' }],
    [{ colour: 1 }],
  ])('refuses the order %j', async (body) => {
    const { call, uri } = await withOne()
    expect((await call(`${uri}/replay`, { method: 'POST', body })).status).toBe(400)
  })

  test('sends trailers in a chunked body, and binary bodies', async () => {
    const { call, uri, endpoint } = await withOne({
      method: 'POST',
      requestHeaders: ['Expect', '100-continue', 'Content-Length', '3'],
      requestBody: 'old',
    })
    await call(`${uri}/replay`, { method: 'POST', body: { bodyBase64: '/wA=', trailers: [['T', 'v']] } })
    expect(endpoint.sent[0]?.bytes.toString('latin1')).toBe(
      'POST / HTTP/1.1\r\nHost: shop.example.com\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n\u00ff\u0000\r\n0\r\nT: v\r\n\r\n',
    )
  })

  test('links both ways, and says what became of it', async () => {
    const { call, uri, capture, endpoint, inspector } = await withOne()
    endpoint.answer = async () => Promise.reject(new Error('no way there'))
    const { ids } = (await call(`${uri}/replay`, { method: 'POST', body: { times: 2 } })).json<{ ids: string[] }>()
    await expect.poll(() => ids.every((id) => inspector.store.get(id)?.state === 'failed')).toBe(true)
    expect((await call(uri)).json()).toMatchObject({ replays: ids })
    expect((await call(`/api/captures/${ids[0]}`)).json()).toMatchObject({
      replayOf: capture.id,
      failure: 'ERR_INSPECTOR_REPLAY',
    })
  })
})
