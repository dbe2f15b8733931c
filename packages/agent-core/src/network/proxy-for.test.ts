import { expect, test } from 'vitest'
import { proxyFor } from './proxy-for.ts'

type Environment = Record<string, string>

const to = (host: string, env: Environment, port = 443): string | undefined => proxyFor({ host, port }, {}, env)?.shown

test.each<[Environment, string | undefined]>([
  [{}, undefined],
  [{ http_proxy: 'http://a:1' }, 'http://a:1'],
  [{ HTTP_PROXY: 'http://a:1' }, 'http://a:1'],
  [{ http_proxy: 'http://a:1', https_proxy: 'http://b:2' }, 'http://b:2'],
  [{ HTTPS_PROXY: 'http://b:2', https_proxy: 'http://c:3' }, 'http://c:3'],
  [{ all_proxy: 'socks5://d' }, 'socks5://d:1080'],
  [{ http_proxy: '' }, undefined],
  [{ http_proxy: 'a:3128' }, 'http://a:3128'],
])('of %j takes %s', (env, expected) => {
  expect(to('edge.example', env)).toBe(expected)
})

test('goes by the option before the environment, and by none where it says so', () => {
  const edge = { host: 'edge.example', port: 443 }
  const env = { http_proxy: 'http://a:1', no_proxy: '*' }
  expect(proxyFor(edge, { proxyUrl: 'socks5://b' }, env)?.shown).toBe('socks5://b:1080')
  expect(proxyFor(edge, { proxyUrl: false }, { http_proxy: 'http://a:1' })).toBeUndefined()
})

test.each(['localhost', 'edge.localhost', '127.0.0.1', '127.9.9.9', '::1'])(
  'goes to %s by no proxy of the environment',
  (host) => {
    expect(to(host, { http_proxy: 'http://a:1' })).toBeUndefined()
    expect(proxyFor({ host, port: 443 }, { proxyUrl: 'http://a:1' }, {})?.shown).toBe('http://a:1')
  },
)

test.each([
  ['edge.example', '*', false],
  ['edge.example', 'edge.example', false],
  ['EDGE.example', 'edge.EXAMPLE', false],
  ['edge.example', 'example', false],
  ['edge.example', '.example', false],
  ['edge.example', '*.example', false],
  ['edge.example', 'dge.example', true],
  ['edge.example', 'other.example, edge.example', false],
  ['edge.example', 'edge.example:443', false],
  ['edge.example', 'edge.example:8443', true],
  ['192.0.2.1', '192.0.2.1', false],
  ['192.0.2.1', '192.0.2.0/24', false],
  ['192.0.3.1', '192.0.2.0/24', true],
  ['192.0.2.1', '192.0.2.0/99', true],
  ['192.0.2.1', '.1', true],
  ['2001:db8::1', '2001:db8::/32', false],
  ['2001:db8::1', '2001:db8::1', false],
  ['2001:db8::1', '[2001:db8::1]:443', false],
  ['edge.example', '', true],
  ['edge.example', ',,', true],
])('to %s with no_proxy=%s by a proxy: %s', (host, no_proxy, expected) => {
  expect(to(host, { http_proxy: 'http://a:1', no_proxy }) !== undefined).toBe(expected)
})
