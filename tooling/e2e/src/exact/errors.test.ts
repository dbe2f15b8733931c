import '../harness/dangling.ts'
import { describe, expect, test } from 'vitest'
import { type Answer, request } from '../harness/http-request.ts'
import { http2Request, openHttp2 } from '../harness/http2-client.ts'
import { openTls } from '../harness/raw-connection.ts'
import { responsesIn } from '../harness/responses.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { police } from '../policy/policed.ts'
import { type Fault, faults } from './faults.ts'
import { policyFaults } from './policy-faults.ts'

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

const called = [...faults, ...policyFaults].map((fault): [string, Fault] => [
  `${fault.name}: ${fault.status} with ${fault.code}`,
  fault,
])

describe.each(called)('%s', (_, { code: number, status, settings = {}, raise }) => {
  const code = `ERR_TUNNEL_${number}`

  test('is a page for browsers, JSON for who accepts it, text for others, and says its code', async () => {
    const url = await raise()
    const ask = (accept: string): Promise<Answer> =>
      request(url, { ...settings, headers: { ...settings.headers, accept } })
    const [page, json, text] = [await ask(BROWSER), await ask('application/json'), await ask('*/*')]
    for (const { status: got, headers } of [page, json, text]) {
      expect([got, headers['tunnel-error-code']]).toEqual([status, code])
      expect(headers['cache-control']).toBe('no-store')
      expect(headers['retry-after'] !== undefined).toBe(status === 503 || status === 429)
    }
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(page.text).toMatch(/^<!doctype html>/)
    expect(json.headers['content-type']).toBe('application/json')
    expect(JSON.parse(json.text)).toEqual({
      error_code: code,
      status_code: status,
      msg: expect.stringMatching(/\S/),
      details: {},
    })
    expect(text.headers['content-type']).toBe('text/plain; charset=utf-8')
    for (const { text: body } of [page, json, text]) expect(body).toContain(code)
  })

  test('is the same over HTTP/2', async () => {
    const url = await raise()
    const { method, path, headers, body } = settings
    const fields = {
      ...headers,
      ...(method && { ':method': method }),
      ...(path && { ':path': path }),
      accept: 'application/json',
    }
    const answer = await http2Request(await openHttp2(url), fields, body)
    expect([answer.status, answer.headers['tunnel-error-code']]).toEqual([status, code])
    expect(JSON.parse(answer.text)).toMatchObject({ error_code: code, status_code: status })
  })
})

test.each([
  [BROWSER, 'text/html; charset=utf-8'],
  ['application/json', 'application/json'],
  ['*/*', 'text/plain; charset=utf-8'],
])('a TLS client that names no server and accepts %s is told so (3003) as %s', async (accept, type) => {
  const tunnel = await startTestEdge()
  const visitor = await openTls({ port: tunnel.httpsPort, serverName: '' })
  visitor.send(`GET / HTTP/1.1\r\nHost: nobody\r\nAccept: ${accept}\r\nConnection: close\r\n\r\n`)
  const [answer] = responsesIn(await visitor.receiveAll())
  expect(answer).toMatchObject({
    status: 400,
    headers: { 'tunnel-error-code': 'ERR_TUNNEL_3003', 'content-type': type },
  })
  expect(answer?.body).toContain('ERR_TUNNEL_3003')
})

test('an error that answers HEAD says how long its body would be, and has none', async () => {
  const tunnel = await startTestEdge()
  const answer = await request(tunnel.url('nobody'), { method: 'HEAD' })
  expect(answer).toMatchObject({ status: 404, text: '', headers: { 'tunnel-error-code': 'ERR_TUNNEL_3200' } })
  expect(Number(answer.headers['content-length'])).toBeGreaterThan(0)
})

test('a request that is none has no code, and what it accepts is not believed', async () => {
  const tunnel = await startTestEdge()
  const answer = await request(tunnel.url('nobody'), { headers: { accept: BROWSER, host: 'a b' } })
  expect(answer).toMatchObject({
    status: 400,
    headers: { connection: 'close', 'content-type': 'text/plain; charset=utf-8' },
  })
  expect(answer.headers).not.toHaveProperty('tunnel-error-code')
  expect(answer.text).not.toContain('ERR_TUNNEL')
})

test('401 of basic auth has a challenge and no code', async () => {
  const policy = {
    on_http_request: [{ actions: [{ type: 'basic-auth', config: { credentials: ['user:password1'] } }] }],
  }
  const { url } = await police(JSON.stringify(policy))
  const answer = await request(url)
  expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': expect.stringMatching(/^Basic realm=/) } })
  expect(answer.headers).not.toHaveProperty('tunnel-error-code')
})
