import { expect, it } from 'vitest'
import { closest } from './index.ts'

const keys = ['authtoken', 'api_key', 'connect_url', 'connect_cas', 'log', 'log_level', 'http_addr']

it.each([
  ['authtokn', 'authtoken'],
  ['auhttoken', 'authtoken'],
  ['auth_token', 'authtoken'],
  ['apikey', 'api_key'],
  ['connectUrl', 'connect_url'],
  ['http-adr', 'http_addr'],
  ['lgo', 'log'],
  ['connect_ca', 'connect_cas'],
])('takes %s for %s', (word, meant) => {
  expect(closest(word, keys)).toBe(meant)
})

it.each(['region', 'xyz', '', 'a'.repeat(10_000)])('has no guess for %.20s', (word) => {
  expect(closest(word, keys)).toBeUndefined()
})
