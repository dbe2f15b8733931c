import { expect, test } from 'vitest'
import { TestAgent, testRegistry } from '../../test/test-registry.ts'

const pooled = { poolingEnabled: true }

test.each([
  ['', {}, /^https:\/\/[0-9a-f]{12}\.tunnel\.test$/],
  ['https://', {}, /^https:\/\/[0-9a-f]{12}\.tunnel\.test$/],
  ['http://', {}, /^http:\/\/[0-9a-f]{12}\.tunnel\.test$/],
  ['tls://', {}, /^tls:\/\/[0-9a-f]{12}\.tunnel\.test$/],
  ['tcp://', {}, /^tcp:\/\/tunnel\.test:2000[0-2]$/],
  ['app.tunnel.test', {}, /^https:\/\/app\.tunnel\.test$/],
  ['app.tunnel.test', { protocol: 'tls' }, /^tls:\/\/app\.tunnel\.test$/],
  ['HTTPS://App.Second.test:443', {}, /^https:\/\/app\.second\.test$/],
  ['tunnel.test:20001', { protocol: 'tcp' }, /^tcp:\/\/tunnel\.test:20001$/],
  ['foo.internal', {}, /^https:\/\/foo\.internal$/],
  ['https://foo.internal:1234', {}, /^https:\/\/foo\.internal:1234$/],
  ['http://*.foo.internal', { bindings: ['internal'] }, /^http:\/\/\*\.foo\.internal$/],
  ['tcp://db.internal:5432', {}, /^tcp:\/\/db\.internal:5432$/],
  ['a.b.c.d.e.internal', {}, /^https:\/\/a\.b\.c\.d\.e\.internal$/],
])('%j with %j is bound at %s', (url, fields, expected) => {
  expect(new TestAgent(testRegistry()).bind(url, fields).url).toMatch(expected)
})

test('an internal endpoint is found by its account alone, and by nothing public', () => {
  const registry = testRegistry()
  const endpoint = new TestAgent(registry).bind('https://foo.internal')
  expect(registry.matchInternal('ac_1', 'https', 'foo.internal')).toBe(endpoint)
  expect(registry.matchInternal('ac_1', 'https', 'foo.internal', 443)).toBe(endpoint)
  expect(registry.matchInternal('ac_2', 'https', 'foo.internal')).toBeUndefined()
  expect(registry.matchInternal('ac_1', 'http', 'foo.internal')).toBeUndefined()
  expect(registry.matchInternal('ac_1', 'https', 'foo.internal', 8443)).toBeUndefined()
  expect(registry.match('https', 'foo.internal')).toBeUndefined()
})

test('accounts may have the same internal address, one account only once', () => {
  const registry = testRegistry()
  const mine = new TestAgent(registry).bind('tcp://db.internal:20000')
  const theirs = new TestAgent(registry, { credentialId: 'cr_2', accountId: 'ac_2' }).bind('tcp://db.internal:20000')
  expect(registry.matchInternal('ac_1', 'tcp', 'db.internal', 20_000)).toBe(mine)
  expect(registry.matchInternal('ac_2', 'tcp', 'db.internal', 20_000)).toBe(theirs)
  expect(() => new TestAgent(registry).bind('tcp://db.internal:20000')).toThrow('already online')
  // A public port is another place.
  expect(new TestAgent(registry).bind('tcp://:20000').binding).toBe('public')
})

test('internal wildcards match any depth, and the most specific wins', () => {
  const registry = testRegistry()
  const agent = new TestAgent(registry)
  const wildcard = agent.bind('https://*.internal')
  const one = agent.bind('https://one.internal')
  expect(registry.matchInternal('ac_1', 'https', 'a.b.internal')).toBe(wildcard)
  expect(registry.matchInternal('ac_1', 'https', 'one.internal')).toBe(one)
  registry.remove(one, { hold: false })
  expect(registry.matchInternal('ac_1', 'https', 'one.internal')).toBe(wildcard)
})

test('an internal address comes back with its port', () => {
  const registry = testRegistry()
  const agent = new TestAgent(registry)
  const endpoint = agent.bind('https://foo.internal:1234')
  registry.remove(endpoint, { hold: true })
  expect(agent.bind('', {}, registry.tokenFor(endpoint)).url).toBe('https://foo.internal:1234')
})

test('members of a pool take turns, also after the one that came first has gone', () => {
  const registry = testRegistry()
  const [a, b] = [
    new TestAgent(registry).bind('a.tunnel.test', pooled),
    new TestAgent(registry).bind('a.tunnel.test', pooled),
  ]
  const turns = () => new Set([1, 2].map(() => registry.match('https', 'a.tunnel.test')))
  expect(turns()).toEqual(new Set([a, b]))
  expect(registry.remove(a, { hold: false })).toBe(false)
  expect(turns()).toEqual(new Set([b]))
  const c = new TestAgent(registry).bind('a.tunnel.test', pooled)
  expect(turns()).toEqual(new Set([b, c]))
  expect(registry.remove(b, { hold: false })).toBe(false)
  expect(registry.remove(c, { hold: false })).toBe(true)
  expect(registry.match('https', 'a.tunnel.test')).toBeUndefined()
})

test.each(['tls://a.tunnel.test', 'tcp://:20000', 'https://a.internal', 'https://*.tunnel.test'])(
  '%s can be a pool',
  (url) => {
    const registry = testRegistry()
    for (const _ of [1, 2]) new TestAgent(registry).bind(url, pooled)
    expect(registry.endpointCount).toBe(2)
    for (const endpoint of [...registry.endpoints()]) registry.remove(endpoint, { hold: false })
    expect(registry.endpointCount).toBe(0)
    expect(registry.hasTlsEndpoints).toBe(false)
  },
)

test('a wildcard is no pool of the names that it covers', () => {
  const registry = testRegistry()
  const agent = new TestAgent(registry)
  const wildcard = agent.bind('*.tunnel.test', pooled)
  const one = agent.bind('one.tunnel.test', pooled)
  expect([1, 2].map(() => registry.match('https', 'one.tunnel.test'))).toEqual([one, one])
  expect([1, 2].map(() => registry.match('https', 'two.tunnel.test'))).toEqual([wildcard, wildcard])
})

test('pooling is turned on and off while the endpoint is online, off only by the last one', () => {
  const registry = testRegistry()
  const agent = new TestAgent(registry)
  const first = agent.bind('a.tunnel.test')
  registry.setPooling(first, true)
  const second = agent.bind('a.tunnel.test', pooled)
  expect(() => registry.setPooling(first, false)).toThrow(
    expect.objectContaining({ code: 'ERR_TUNNEL_334', message: expect.stringContaining('2 endpoints share') }),
  )
  registry.remove(second, { hold: false })
  registry.setPooling(first, false)
  expect(() => agent.bind('a.tunnel.test', pooled)).toThrow('does not allow pooling')
  expect(registry.match('https', 'a.tunnel.test')).toBe(first)
})

test('labels are no address: what has them is found by all that are asked for', () => {
  const registry = testRegistry()
  const endpoint = new TestAgent(registry).bind('', { protocol: '', labels: ['app=web', 'dc=eu'] })
  expect(endpoint).toMatchObject({ binding: 'labels', url: '', labels: ['app=web', 'dc=eu'] })
  expect([...registry.withLabels('ac_1', ['app=web'])]).toEqual([endpoint])
  expect([...registry.withLabels('ac_1', ['app=web', 'dc=us'])]).toEqual([])
  expect([...registry.withLabels('ac_2', ['app=web'])]).toEqual([])
  expect(registry.remove(endpoint, { hold: true })).toBe(true)
  expect([...registry.holds()]).toEqual([])
})

test('an https endpoint with TLS of its own decides about that, until it goes', () => {
  const registry = testRegistry()
  const agent = new TestAgent(registry)
  const plain = agent.bind('https://plain.tunnel.test')
  expect(registry.matchTls('plain.tunnel.test')).toBeUndefined()
  expect(registry.hasTlsEndpoints).toBe(false)
  const strict = agent.bind('https://*.tunnel.test', { tlsTermination: { minVersion: '1.3' } })
  expect(registry.matchTls('any.tunnel.test')).toBe(strict)
  expect(registry.matchTls('plain.tunnel.test')).toBeUndefined()
  registry.setTermination(plain, { minVersion: '1.3' })
  expect(registry.matchTls('plain.tunnel.test')).toBe(plain)
  for (const endpoint of [strict, plain]) {
    expect(registry.hasTlsEndpoints).toBe(true)
    registry.remove(endpoint, { hold: false })
  }
  expect(registry.hasTlsEndpoints).toBe(false)
})
