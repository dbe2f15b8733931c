import { expect, test } from 'vitest'
import { contentTypeOf, customResponse, denyResponse } from './custom-response.ts'

test('gives status, body, length and the type that the body looks like', () => {
  const { status, headers, body } = customResponse('GET', 503, '{"down": true}', [['Retry-After', '60']])
  expect(status).toBe(503)
  expect(headers).toEqual(['retry-after', '60', 'content-type', 'application/json', 'content-length', '14'])
  expect(body.toString()).toBe('{"down": true}')
})

test('keeps the type that is given, and leaves the framing to the edge', () => {
  const given = [
    ['Content-Type', 'text/css'],
    ['Content-Length', '99'],
    ['Transfer-Encoding', 'chunked'],
  ] as const
  expect(customResponse('GET', 200, 'é', given).headers).toEqual(['content-type', 'text/css', 'content-length', '2'])
})

test('answers HEAD without the body', () => {
  const { headers, body } = customResponse('HEAD', 200, 'hello', [])
  expect(headers).toEqual(['content-type', 'text/plain; charset=utf-8', 'content-length', '5'])
  expect(body).toHaveLength(0)
})

test('refuses a body where the status has none', () => {
  for (const status of [204, 304])
    expect(() => customResponse('GET', status, 'x', [])).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_3604' }))
  expect(customResponse('GET', 204, '', []).headers).toEqual([])
})

test('refuses header injection', () => {
  expect(() => customResponse('GET', 200, '', [['x', 'a\r\nb: c']])).toThrow(
    expect.objectContaining({ code: 'ERR_TUNNEL_2211' }),
  )
  expect(() => customResponse('GET', 200, '', [['x y', 'a']])).toThrow(
    expect.objectContaining({ code: 'ERR_TUNNEL_2210' }),
  )
})

test.each([
  ['[1, 2]', 'application/json'],
  [' {"a": 1}\n', 'application/json'],
  ['{not json}', 'text/plain; charset=utf-8'],
  ['"text"', 'text/plain; charset=utf-8'],
  ['12', 'text/plain; charset=utf-8'],
  ['<!DOCTYPE html><p>', 'text/html; charset=utf-8'],
  ['\n <HTML>', 'text/html; charset=utf-8'],
  ['<p>hi', 'text/html; charset=utf-8'],
  ['<picture-of-text', 'text/plain; charset=utf-8'],
  ['hello', 'text/plain; charset=utf-8'],
])('%j is %s', (body, type) => {
  expect(contentTypeOf(body)).toBe(type)
})

test('deny is an empty 403, or the status that is asked for', () => {
  expect(denyResponse()).toEqual({ status: 403, headers: ['content-length', '0'], body: Buffer.alloc(0) })
  expect(denyResponse(204).headers).toEqual([])
})
