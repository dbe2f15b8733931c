import type { EndpointRequest } from '@tunnel/protocol'
import { expect, test } from 'vitest'
import { TestAgent, testRegistry } from '../../test/test-registry.ts'
import { Reservations, type ReservationsRequired } from './reservations.ts'

/** Each bind error of the catalogue (reference edge-and-api.md §11.5) that this edge raises for what one agent asks. */
const refusals: [code: number, url: string, message: string, fields?: Partial<EndpointRequest>][] = [
  [318, 'a.*.tunnel.test', 'host "a.*.tunnel.test": * is allowed only as the whole first label'],
  [319, 'app.elsewhere.test', 'app.elsewhere.test is not under a domain of this edge (tunnel.test, second.test)'],
  [319, 'nottunnel.test', 'nottunnel.test is not under a domain of this edge'],
  [320, 'edge.tunnel.test', "edge.tunnel.test is the edge's own host"],
  [326, 'a!b.tunnel.test', 'has a character outside a-z, 0-9, . and -'],
  [327, 'a..tunnel.test', 'has an empty label'],
  [328, '-a.tunnel.test', 'a label of "-a.tunnel.test" does not start with a letter or digit'],
  [329, 'a-.tunnel.test', 'a label of "a-.tunnel.test" does not end with a letter or digit'],
  [330, 'ab--c.tunnel.test', 'has -- in places 3 and 4 without being punycode'],
  [
    331,
    'https://app.internal',
    'app.internal is no public name: leave the binding public out',
    { bindings: ['public'] },
  ],
  [332, '', 'scheme "gopher" is not one of http, https, tcp, tls', { protocol: 'gopher' }],
  [347, 'https://\u00ad', 'cannot be written in punycode'],
  [355, 'a_b.tunnel.test', 'has an underscore'],
  [371, 'app.tunnel.test', 'host header "a b" is not a host', { hostHeader: 'a b' }],
  [394, '', 'an endpoint needs a protocol or labels', { protocol: '' }],
  [394, '', 'an endpoint has a protocol or labels, not both', { labels: ['a=b'] }],
  [301, '', 'label "a" is not key=value', { protocol: '', labels: ['a'] }],
  [396, `${'a'.repeat(64)}.tunnel.test`, 'label of 64 characters'],
  [397, `${'a.'.repeat(130)}tunnel.test`, 'host of 271 characters exceeds 253'],
  [813, 'http://app.tunnel.test', 'http endpoints have no TLS that settings could be for', { tlsTermination: {} }],
  [813, 'tcp://', 'tcp endpoints have no TLS', { tlsTermination: {} }],
  [813, 'https://app.internal', 'TLS settings of internal https endpoints', { tlsTermination: {} }],
  [4500, 'tcp://tunnel.test', 'has no port: a tcp address is host:port'],
  [4501, 'tcp://tunnel.test:ssh', 'port "ssh" of "tcp://tunnel.test:ssh" is not a number'],
  [4502, 'tcp://tunnel.test:22', 'port 22 is not within 20000 to 20002'],
  [4503, 'tcp://192.0.2.1:20000', 'tcp host 192.0.2.1 is not served here: use tunnel.test'],
  [4504, 'tcp://app.tunnel.test:20000', 'tcp host app.tunnel.test is not served here: use tunnel.test'],
  [4504, 'tcp://*.tunnel.test:20000', 'tcp host *.tunnel.test is not served here'],
  [9028, 'https://', 'an internal endpoint has no random name: give it one', { bindings: ['internal'] }],
  [9029, 'app.tunnel.test', 'app.tunnel.test does not end in .internal', { bindings: ['internal'] }],
  [9030, 'app.internal:65536', 'port 65536 is not within 1 to 65535'],
  [9030, 'app.internal:0', 'port 0 is not within 1 to 65535'],
  [9031, 'a.b.c.d.e.f.internal', '6 labels in front of .internal exceed 5'],
  [9032, 'https://[::1]:443', 'host of "https://[::1]:443" is an IPv6 address, not a name'],
  [9033, 'https://app.tunnel.test:https', 'port "https" of "https://app.tunnel.test:https" is not a number'],
  [9034, 'https:app.tunnel.test', 'url "https:app.tunnel.test" is malformed'],
  [9035, 'https://app.tunnel.test:8443', 'port 8443 is not allowed for https: this edge serves it on 443'],
  [9035, 'http://app.tunnel.test:8080', 'port 8080 is not allowed for http: this edge serves it on 80'],
  [9035, 'tls://app.tunnel.test:8443', 'port 8443 is not allowed for tls'],
  [9036, 'ftp://app.tunnel.test', 'scheme "ftp" is not one of http, https, tcp, tls'],
  [9037, 'https://user@app.tunnel.test', 'has "@": only scheme, host and port are allowed'],
  [9037, 'https://app.tunnel.test/path', 'has "/"'],
  [9037, 'https://app.tunnel.test?q', 'has "?"'],
  [9038, 'https://app.tunnel.test/', 'ends in a slash'],
  [9039, '', 'a kubernetes endpoint is called name.namespace, not ""', { bindings: ['kubernetes'] }],
  [9039, 'http://*.namespace', 'is called name.namespace', { bindings: ['kubernetes'] }],
  [
    9041,
    'https://name.namespace',
    'a kubernetes endpoint is http, tcp or tls, not https',
    { bindings: ['kubernetes'] },
  ],
  [15010, 'http://name.namespace', 'no Kubernetes operator is connected', { bindings: ['kubernetes'] }],
  [14001, 'tls://app.tunnel.test', 'give both or none', { tlsTermination: { certificate: '' } }],
  [14001, 'https://app.tunnel.test', 'give both or none', { tlsTermination: { certificate: '' } }],
  [14002, 'tls://app.tunnel.test', 'no certificate in PEM', { tlsTermination: { clientCas: ['x'] } }],
  [14002, 'https://app.tunnel.test', 'no certificate in PEM', { tlsTermination: { clientCas: ['x'] } }],
  [219, 'https://app.tunnel.test', 'TLS version "1.1" is not 1.2 or 1.3', { tlsTermination: { minVersion: '1.1' } }],
  [
    15003,
    'app.tunnel.test',
    'upstream protocol "http3" is not http1 or http2',
    { upstream: { url: 'http://localhost:80', protocol: 'http3' } },
  ],
  [15005, 'app.tunnel.test', 'binding "private" is not public, internal or kubernetes', { bindings: ['private'] }],
  [15006, 'app.tunnel.test', '2 bindings given, one is allowed', { bindings: ['public', 'internal'] }],
]

test.each(refusals)('%i for %s: %s', (code, url, message, fields) => {
  const registry = testRegistry()
  expect(() => new TestAgent(registry).bind(url, fields)).toThrow(
    expect.objectContaining({
      code: `ERR_TUNNEL_${code}`,
      message: expect.stringContaining(message),
      retryable: false,
    }),
  )
  expect(registry.endpointCount).toBe(0)
})

const aclRefusals: [code: number, url: string, acl: string, message: string, fields?: Partial<EndpointRequest>][] = [
  [308, 'tcp://tunnel.test:20001', 'bind:tunnel.test:20000', 'may not bind tunnel.test:20001'],
  [316, 'https://b.tunnel.test', 'bind:a.tunnel.test', 'may not bind b.tunnel.test'],
  [316, 'https://*.tunnel.test', 'bind:a.tunnel.test', 'may not bind *.tunnel.test'],
  [316, 'https://', 'bind:a.tunnel.test', 'may not bind'],
  [316, 'https://b.internal', 'bind:a.internal', 'may not bind b.internal'],
  [356, 'tcp://', 'bind:tunnel.test:20000', 'may not bind random tcp addresses'],
  [399, '', 'bind:app=web', 'may not bind the label "app=db"', { protocol: '', labels: ['app=web', 'app=db'] }],
]

test.each(aclRefusals)('%i for %s with the rule %s', (code, url, rule, message, fields) => {
  const agent = new TestAgent(testRegistry(), { acl: [rule] })
  expect(() => agent.bind(url, fields)).toThrow(
    expect.objectContaining({ code: `ERR_TUNNEL_${code}`, message: expect.stringContaining(message) }),
  )
})

test.each([
  ['https://a.tunnel.test', 'bind:a.tunnel.test'],
  ['https://', 'bind:*.tunnel.test'],
  ['https://x.y.tunnel.test', 'bind:*.tunnel.test'],
  ['https://*.tunnel.test', 'bind:*.tunnel.test'],
  ['tcp://tunnel.test:20001', 'bind:tunnel.test:20001'],
  ['tcp://db.internal:5432', 'bind:db.internal'],
  ['tcp://db.internal:5432', 'bind:db.internal:5432'],
  ['tcp://', '*'],
])('%s may be bound with the rule %s', (url, rule) => {
  const registry = testRegistry()
  new TestAgent(registry, { acl: [rule] }).bind(url)
  expect(registry.endpointCount).toBe(1)
})

const reserved = (...addresses: string[]) => addresses.map((address) => ({ address, credentialId: 'cr_owner' }))

const reservationRefusals: [
  code: number,
  url: string,
  addresses: string[],
  required: ReservationsRequired,
  who?: string,
][] = [
  [307, 'tcp://tunnel.test:20000', [], 'all'],
  [309, 'tcp://tunnel.test:20000', ['tunnel.test:20000'], 'none'],
  [318, 'https://*.tunnel.test', [], 'wildcards'],
  [318, 'https://*.a.tunnel.test', [], 'all'],
  [319, 'https://a.tunnel.test', [], 'all'],
  [320, 'https://a.tunnel.test', ['a.tunnel.test'], 'none'],
  [320, 'https://x.a.tunnel.test', ['a.tunnel.test'], 'none'],
  [320, 'https://x.y.tunnel.test', ['*.tunnel.test'], 'none'],
  [320, 'https://', ['*.tunnel.test'], 'none'],
  [320, 'https://*.tunnel.test', ['a.tunnel.test'], 'none'],
  [321, 'https://*.a.tunnel.test', ['*.tunnel.test'], 'wildcards', 'cr_owner'],
  [354, 'https://x.a.tunnel.test', [], 'all'],
]

test.each(reservationRefusals)(
  '%i for %s where %j is reserved and %s has to be',
  (code, url, addresses, required, who = 'cr_other') => {
    const registry = testRegistry({ reservations: new Reservations(reserved(...addresses), required) })
    const agent = new TestAgent(registry, { credentialId: who })
    expect(() => agent.bind(url)).toThrow(expect.objectContaining({ code: `ERR_TUNNEL_${code}` }))
  },
)

test.each([
  ['https://a.tunnel.test', ['a.tunnel.test'], 'all'],
  ['https://x.a.tunnel.test', ['a.tunnel.test'], 'all'],
  ['https://x.y.tunnel.test', ['*.tunnel.test'], 'all'],
  ['https://*.tunnel.test', ['*.tunnel.test'], 'all'],
  ['https://*.a.tunnel.test', ['*.tunnel.test'], 'none'],
  ['https://', [], 'all'],
  ['tcp://', [], 'all'],
  ['tcp://tunnel.test:20000', ['tunnel.test:20000'], 'all'],
] as [string, string[], ReservationsRequired][])(
  '%s is for who has %j reserved, where %s has to be',
  (url, addresses, required) => {
    const registry = testRegistry({ reservations: new Reservations(reserved(...addresses), required) })
    new TestAgent(registry, { credentialId: 'cr_owner' }).bind(url)
    expect(registry.endpointCount).toBe(1)
  },
)

test('354 proposes a name that needs no nesting', () => {
  const registry = testRegistry({ reservations: new Reservations([], 'all') })
  expect(() => new TestAgent(registry).bind('x.a.tunnel.test')).toThrow('x-a.tunnel.test would be one')
})

test('a random address that the edge gave needs no reservation when the agent comes back', () => {
  const registry = testRegistry({ reservations: new Reservations([], 'all') })
  const agent = new TestAgent(registry)
  for (const url of ['https://', 'tcp://']) {
    const given = agent.bind(url)
    const token = registry.tokenFor(given)
    registry.remove(given, { hold: true })
    expect(agent.bind(url, {}, token).url).toBe(given.url)
  }
})

test('a reserved port is nobody’s random one', () => {
  const registry = testRegistry({ reservations: new Reservations(reserved('tunnel.test:20000', 'tunnel.test:20001')) })
  expect(new TestAgent(registry).bind('tcp://').port).toBe(20_002)
})

test('503 when every port is taken', () => {
  const agent = new TestAgent(testRegistry())
  for (let i = 0; i < 3; i++) agent.bind(`tcp://:${20_000 + i}`)
  expect(() => agent.bind('tcp://')).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_503', retryable: true }))
})

test('335 for a token that this edge did not sign; another credential’s is no proof', () => {
  const registry = testRegistry()
  const token = registry.tokenFor(new TestAgent(registry).bind('a.tunnel.test'))
  expect(() => new TestAgent(registry).bind('b.tunnel.test', {}, `x${token}`)).toThrow(
    expect.objectContaining({ code: 'ERR_TUNNEL_335' }),
  )
  expect(new TestAgent(registry, { credentialId: 'cr_2' }).bind('b.tunnel.test', {}, token).host).toBe('b.tunnel.test')
})

test('18021 beyond the endpoints of a credential, over all kinds, until one goes', () => {
  const registry = testRegistry()
  const agent = new TestAgent(registry, { limits: { maxEndpoints: 2 } })
  const first = agent.bind('a.internal')
  agent.bind('', { protocol: '', labels: ['app=web'] })
  expect(() => agent.bind('https://')).toThrow(
    expect.objectContaining({
      code: 'ERR_TUNNEL_18021',
      message: '2 endpoints are online with this authtoken, the limit is 2',
    }),
  )
  registry.remove(first, { hold: false })
  agent.bind('https://')
})

test('320 where http of a host is asked for and its https is another account’s', () => {
  const registry = testRegistry()
  new TestAgent(registry).bind('https://a.tunnel.test')
  const other = new TestAgent(registry, { credentialId: 'cr_2', accountId: 'ac_2' })
  expect(() => other.bind('http://a.tunnel.test')).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_320' }))
})

test.each([
  [false, false, 'the one that is online does not allow pooling'],
  [false, true, 'the one that is online does not allow pooling'],
  [true, false, 'this endpoint does not ask for pooling'],
])('334 where pooling is %s of the first and %s of the second', (first, second, reason) => {
  const agent = new TestAgent(testRegistry())
  agent.bind('a.tunnel.test', { poolingEnabled: first })
  expect(() => agent.bind('a.tunnel.test', { poolingEnabled: second })).toThrow(
    expect.objectContaining({
      code: 'ERR_TUNNEL_334',
      message: `https://a.tunnel.test is already online (${reason}); stop it, choose another url, or enable pooling on both`,
    }),
  )
})

test('334 where a pool would have two protocols or two accounts', () => {
  const registry = testRegistry()
  const pooled = { poolingEnabled: true }
  new TestAgent(registry).bind('a.tunnel.test', pooled)
  const refused = expect.objectContaining({
    code: 'ERR_TUNNEL_334',
    message: expect.stringContaining('another protocol or account'),
  })
  expect(() => new TestAgent(registry).bind('tls://a.tunnel.test', pooled)).toThrow(refused)
  const other = new TestAgent(registry, { credentialId: 'cr_2', accountId: 'ac_2' })
  expect(() => other.bind('a.tunnel.test', pooled)).toThrow(refused)
})

test('18020 beyond the size of a pool', () => {
  const agent = new TestAgent(testRegistry({ limits: { maxPoolSize: 1 } }))
  agent.bind('a.tunnel.test', { poolingEnabled: true })
  expect(() => agent.bind('a.tunnel.test', { poolingEnabled: true })).toThrow(
    expect.objectContaining({
      code: 'ERR_TUNNEL_18020',
      message: '1 endpoints share https://a.tunnel.test, the limit is 1',
    }),
  )
})

test.each([
  [813, 'tls://a.tunnel.test', undefined, {}, 'the TLS of tls://a.tunnel.test passes this edge unopened'],
  [813, 'http://a.tunnel.test', undefined, {}, 'http endpoints have no TLS'],
  [14001, 'tls://a.tunnel.test', {}, { certificate: '' }, 'give both or none'],
  [14002, 'https://a.tunnel.test', {}, { clientCas: ['x'] }, 'no certificate in PEM'],
  [219, 'https://a.tunnel.test', undefined, { minVersion: '1.1' }, 'is not 1.2 or 1.3'],
])('%i for an update of the TLS of %s, with %j before and %j after', (code, url, before, after, message) => {
  const registry = testRegistry()
  const endpoint = new TestAgent(registry).bind(url, before && { tlsTermination: before })
  const { termination } = endpoint
  expect(() => registry.setTermination(endpoint, after)).toThrow(
    expect.objectContaining({ code: `ERR_TUNNEL_${code}`, message: expect.stringContaining(message) }),
  )
  expect(endpoint.termination).toBe(termination)
})

test('334 where one of a pool makes TCP of WebSockets and the other does not, 813 where there are none', () => {
  const agent = new TestAgent(testRegistry())
  agent.bind('a.tunnel.test', { poolingEnabled: true, webSocketTcpConverter: true })
  agent.bind('a.tunnel.test', { poolingEnabled: true, webSocketTcpConverter: true })
  expect(() => agent.bind('a.tunnel.test', { poolingEnabled: true })).toThrow(
    expect.objectContaining({ code: 'ERR_TUNNEL_334', message: expect.stringContaining('makes TCP of WebSockets') }),
  )
  expect(() => agent.bind('tls://b.tunnel.test', { protocol: 'tls', webSocketTcpConverter: true })).toThrow(
    expect.objectContaining({ code: 'ERR_TUNNEL_813' }),
  )
})

test('334 where one of a pool would demand other TLS than the others, bound so or updated', () => {
  const registry = testRegistry()
  const agent = new TestAgent(registry)
  const pooled = { poolingEnabled: true, tlsTermination: { minVersion: '1.3' } }
  const first = agent.bind('a.tunnel.test', pooled)
  expect(() => agent.bind('a.tunnel.test', { poolingEnabled: true })).toThrow(
    expect.objectContaining({
      code: 'ERR_TUNNEL_334',
      message: expect.stringContaining('demands other TLS of visitors'),
    }),
  )
  registry.setTermination(first, { minVersion: '1.3' })
  agent.bind('a.tunnel.test', pooled)
  expect(() => registry.setTermination(first, {})).toThrow(
    expect.objectContaining({ code: 'ERR_TUNNEL_334', message: expect.stringContaining('2 endpoints share') }),
  )
})
