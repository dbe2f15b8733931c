import type { PolicyFetch, PolicyRequest } from '@tunnel/traffic-policy'
import { describe, expect, test } from 'vitest'
import { createPublicFetch } from './public-fetch.ts'
import { createRequestFetch, isRequestHost } from './request-fetch.ts'

const to = (url: string): PolicyRequest => ({ method: 'GET', url, headers: [], body: undefined })
const limits = { maxBodyBytes: 10, signal: new AbortController().signal }

test.each([
  [['api.example'], 'api.example', true],
  [['api.example'], 'an.api.example', false],
  [['*.example'], 'api.example', true],
  [['*.example'], 'example', false],
  [['*.example'], 'notexample', false],
  [['*'], 'anything', true],
  [['API.Example'], 'api.example', true],
  [[], 'api.example', false],
])('of %j, %s is allowed: %s', (patterns, host, expected) => expect(isRequestHost(patterns, host)).toBe(expected))

describe('requests of policies', () => {
  const answering =
    (resolvedIp: string): PolicyFetch =>
    () =>
      Promise.resolve({ status: 200, headers: [], body: Buffer.alloc(0), resolvedIp })
  const fetch = createRequestFetch(answering('inside'), answering('outside'), ['*'])

  test.each([
    ['https://name.internal/a', 'inside'],
    ['https://name.internal.example/a', 'outside'],
  ])('to %s go %s', async (url, where) => expect((await fetch(to(url), limits)).resolvedIp).toBe(where))
})

test.each([
  'http://127.0.0.1:9/',
  'http://[::1]:9/',
  'http://169.254.169.254/latest',
  'http://2130706433/',
  'http://localhost:9/',
])('nothing is connected to for %s', async (url) => {
  await expect(createPublicFetch()(to(url), limits)).rejects.toThrow('is not a public address')
})
