import { describe, expect, test } from 'vitest'
import { serveInspector } from '../src/index.ts'
import { FakeEndpoint } from './fake-endpoint.ts'
import { localApi } from './local-api.ts'

describe('Host', () => {
  test.each([
    'localhost',
    'localhost:4040',
    '127.0.0.1',
    '127.8.9.1:4040',
    '[::1]:4040',
    'tunnel.localhost',
    'LOCALHOST.',
  ])('%s is ours', async (host) => {
    const { call } = await localApi()
    expect((await call('/api/status', { headers: { host } })).status).toBe(200)
  })

  test.each([
    'evil.example',
    '192.0.2.1',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '[::2]',
    '0x7f000001',
    '2130706433',
    'a b',
  ])('a name server, or a guess, made %s lead here: refused', async (host) => {
    const { call } = await localApi()
    const answer = await call('/api/requests/http', { headers: { host } })
    expect(answer.status).toBe(403)
    expect(answer.json()).toMatchObject({ error_code: 120, status_code: 403, msg: 'forbidden' })
  })

  test.each([
    ['inspect.example.com', true],
    ['INSPECT.example.com:80', true],
    ['x.inspect.example.com', false],
    ['a.b.suffix.example', true],
    ['suffix.example', false],
    ['evilsuffix.example', false],
    ['203.0.113.9', true],
    ['198.51.100.77', true],
    ['198.51.101.1', false],
    ['[2001:db8::5]:1', true],
    ['[2001:db9::5]:1', false],
  ])('web_allow_hosts lets %s in: %s', async (host, isAllowed) => {
    const allowHosts = ['inspect.example.com', '.suffix.example', '203.0.113.9', '198.51.100.0/24', '2001:db8::/32']
    const { call } = await localApi({}, { allowHosts })
    expect((await call('/api/status', { headers: { host } })).status).toBe(isAllowed ? 200 : 403)
  })

  test('the pages are guarded as well', async () => {
    const { call } = await localApi()
    expect((await call('/inspect/http', { headers: { host: 'evil.example' } })).status).toBe(403)
  })
})

describe('other web pages', () => {
  test.each(['https://evil.example', 'http://localhost:9999', 'null', 'http://127.0.0.1'])(
    '%s is refused',
    async (origin) => {
      const { inspector, call } = await localApi()
      new FakeEndpoint(inspector).exchange()
      const answer = await call('/api/captures', { method: 'DELETE', headers: { origin } })
      expect(answer.status).toBe(403)
      expect(inspector.store.size).toBe(1)
    },
  )

  test('our own page is not', async () => {
    const { served, call } = await localApi()
    expect((await call('/api/status', { headers: { origin: served.url } })).status).toBe(200)
  })

  test.each([
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'text/plain; a=application/json',
    'application/jsonp',
  ])('a body of %s is refused: a page could send it without asking', async (type) => {
    const { inspector, call } = await localApi()
    const endpoint = new FakeEndpoint(inspector)
    endpoint.exchange()
    const body = JSON.stringify({ id: inspector.store.newestFirst()[0]?.id })
    const answer = await call('/api/requests/http', { method: 'POST', body, headers: { 'content-type': type } })
    expect(answer.status).toBe(415)
    expect(answer.json()).toMatchObject({ error_code: 101, status_code: 415 })
    expect(endpoint.sent).toEqual([])
  })

  test('so is one without a type', async () => {
    const { call } = await localApi()
    expect((await call('/api/requests/http', { method: 'POST', headers: { 'content-length': '0' } })).status).toBe(415)
  })

  test('a preflight is answered without any permission', async () => {
    const { call } = await localApi()
    const answer = await call('/api/captures', {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'DELETE' },
    })
    expect(answer.status).toBe(403)
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})

test('nothing of an answer may run, or be kept, or be framed', async () => {
  const { call } = await localApi()
  for (const path of ['/api/status', '/inspect/http', '/status', '/api/none', '/api/docs']) {
    const { headers } = await call(path)
    expect(headers, path).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': expect.stringMatching(/^default-src 'none'/),
    })
    expect(headers['content-security-policy'], path).not.toMatch(/unsafe|\*|https?:/)
  }
})

test('the root leads to the inspector', async () => {
  const { call } = await localApi()
  const answer = await call('/')
  expect([answer.status, answer.headers.location]).toEqual([302, '/inspect/http'])
})

test('errors have the shape of the reference, also those of no route', async () => {
  const { call } = await localApi()
  const answer = await call('/api/none')
  expect(answer.status).toBe(404)
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
  expect(answer.json()).toEqual({
    error_code: 100,
    status_code: 404,
    msg: 'resource not found',
    details: { err: 'there is nothing at /api/none' },
  })
  const broken = await call('/api/requests/http', {
    method: 'POST',
    body: '{"id":',
    headers: { 'content-type': 'application/json' },
  })
  expect([broken.status, broken.json().error_code]).toEqual([400, 101])
})

test('what is not asked for as JSON member is refused, and so is a prototype', async () => {
  const { inspector, call } = await localApi()
  new FakeEndpoint(inspector).exchange()
  const id = inspector.store.newestFirst()[0]?.id
  const headers = { 'content-type': 'application/json' }
  expect((await call(`/api/captures/${id}`, { method: 'PATCH', body: { pinned: true, colour: 1 } })).status).toBe(400)
  const polluting = await call(`/api/captures/${id}`, {
    method: 'PATCH',
    body: '{"__proto__":{"pinned":true}}',
    headers,
  })
  expect(polluting.status).toBe(400)
})

test('describes itself', async () => {
  const { call } = await localApi()
  const document = (await call('/api/openapi.json')).json<{
    openapi: string
    paths: object
    components: { schemas: object }
  }>()
  expect(document.openapi).toBe('3.1.0')
  expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/api/tunnels', '/api/captures/{id}/replay']))
  expect(Object.keys(document.components.schemas)).toEqual(
    expect.arrayContaining(['Tunnel', 'CaptureDetail', 'ApiError']),
  )
  const page = await call('/api/docs')
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
  expect(page.bytes.toString()).toContain('GET /api/tunnels')
})

test('a port that is given has to be free; without one the next is taken', async () => {
  const { inspector, served } = await localApi()
  await expect(serveInspector({ inspector, port: served.port })).rejects.toMatchObject({
    code: 'ERR_INSPECTOR_ADDRESS_IN_USE',
  })
  await expect(serveInspector({ inspector, host: '192.0.2.1', port: 0 })).rejects.toMatchObject({
    code: 'ERR_INSPECTOR_ADDRESS',
  })
})

test('tells of its calls, without what they look for', async () => {
  const calls: object[] = []
  const { call } = await localApi({}, { onCall: (one) => calls.push(one) })
  await call('/api/captures?filter=secret')
  await call('/inspect/http')
  expect(calls).toEqual([
    { phase: 'start', id: expect.any(String), method: 'GET', path: '/api/captures' },
    {
      phase: 'end',
      id: expect.any(String),
      method: 'GET',
      path: '/api/captures',
      status: 200,
      durationMs: expect.any(Number),
    },
  ])
})
