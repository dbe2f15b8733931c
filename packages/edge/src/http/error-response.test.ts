import { expect, test } from 'vitest'
import { errorBody, errorHeaders } from './error-response.ts'

const error = { number: 8012, status: 502, title: 'The agent <b>', detail: 'upstream "x" & y' }

test('gives browsers a page in which nothing of the error is markup', () => {
  const { contentType, body } = errorBody(error, 'text/html,application/xhtml+xml,*/*;q=0.8')
  expect(contentType).toBe('text/html; charset=utf-8')
  expect(body).toContain('The agent &lt;b&gt;')
  expect(body).toContain('upstream &quot;x&quot; &amp; y')
  expect(body).toContain('ERR_TUNNEL_8012')
})

test('gives JSON to who asks for it', () => {
  const { contentType, body } = errorBody(error, 'application/json')
  expect(contentType).toBe('application/json')
  expect(JSON.parse(body)).toMatchObject({ error_code: 'ERR_TUNNEL_8012', status_code: 502 })
})

test.each(['', '*/*', 'image/png'])('gives text to accept %j', (accept) => {
  const { contentType, body } = errorBody(error, accept)
  expect(contentType).toBe('text/plain; charset=utf-8')
  expect(body).toBe('The agent <b>\nupstream "x" & y\nERR_TUNNEL_8012\n')
})

test('names its code in a header and its length in bytes', () => {
  const headers = errorHeaders(error, { contentType: 'text/plain', body: 'ü' })
  expect(headers).toContain('Tunnel-Error-Code')
  expect(headers).toContain('ERR_TUNNEL_8012')
  expect(headers[headers.indexOf('Content-Length') + 1]).toBe('2')
})
