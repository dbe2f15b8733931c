import { expect, test } from 'vitest'
import type { SessionOptions } from './options.ts'
import { resolveTargets, type SessionTarget } from './target.ts'

const ca = '0123456789abcdef'.repeat(4)
const connect = `tunnel://OWN@edge.example:8443?ca=sha256:${ca}`
const other = `tunnel://OTHER@other.example?ca=sha256:${'f'.repeat(64)}`
const resolve = (options: SessionOptions) => resolveTargets({ env: {}, ...options })[0] as SessionTarget

test('takes all of a connection string', () => {
  expect(resolve({ connect })).toEqual({
    address: { host: 'edge.example', port: 8443 },
    trust: { caFingerprint: ca },
    authtoken: 'OWN',
  })
})

test('takes the connection string of the environment when none is given', () => {
  expect(resolve({ env: { TUNNEL_CONNECT: connect } })).toEqual(resolve({ connect }))
  expect(resolve({ connect, env: { TUNNEL_CONNECT: other } })).toEqual(resolve({ connect }))
})

test('takes single options before the parts of a connection string', () => {
  const options = { connect, serverAddr: 'near.example', trust: 'host' as const, authtoken: 'GIVEN' }
  expect(resolve(options)).toEqual({ address: { host: 'near.example', port: 443 }, trust: 'host', authtoken: 'GIVEN' })
})

test('does not mix the edge that is given with the one of the environment', () => {
  const target = resolve({ serverAddr: 'near.example', env: { TUNNEL_CONNECT: connect } })
  expect(target).toEqual({ address: { host: 'near.example', port: 443 }, trust: 'host', authtoken: '' })
})

test.each([
  [{ connect, authtoken: 'GIVEN', env: { TUNNEL_AUTHTOKEN: 'ENV' } }, 'GIVEN'],
  [{ connect, authtoken: '', env: { TUNNEL_AUTHTOKEN: 'ENV' } }, ''],
  [{ connect, env: { TUNNEL_AUTHTOKEN: 'ENV', NGROK_AUTHTOKEN: 'NGROK' } }, 'OWN'],
  [{ connect: 'tunnel://edge.example', env: { TUNNEL_AUTHTOKEN: 'ENV', NGROK_AUTHTOKEN: 'NGROK' } }, 'ENV'],
  [{ connect: 'tunnel://edge.example', env: { NGROK_AUTHTOKEN: 'NGROK' } }, 'NGROK'],
  [{ env: { TUNNEL_CONNECT: connect, TUNNEL_AUTHTOKEN: 'ENV' } }, 'ENV'],
  [{ env: { TUNNEL_CONNECT: connect, NGROK_AUTHTOKEN: 'NGROK' } }, 'OWN'],
  [{ serverAddr: 'edge.example', env: { NGROK_AUTHTOKEN: 'NGROK' } }, 'NGROK'],
])('of %j takes the authtoken %s', (options, authtoken) => {
  expect(resolve(options).authtoken).toBe(authtoken)
})

test.each([
  ['edge.example', { host: 'edge.example', port: 443 }],
  ['edge.example:8443', { host: 'edge.example', port: 8443 }],
  ['[::1]:8443', { host: '::1', port: 8443 }],
  ['[::1]', { host: '::1', port: 443 }],
])('takes %j as the address of an edge', (serverAddr, address) => {
  expect(resolve({ serverAddr }).address).toEqual(address)
})

test.each([
  '',
  '::1',
  'edge.example:',
  'edge.example:0',
  'edge.example:65536',
  'edge.example:https',
  'https://edge.example',
])('refuses %j as the address of an edge', (serverAddr) => {
  expect(() => resolve({ serverAddr })).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_9034' }))
})

test('says what to set when there is no edge to connect to', () => {
  for (const options of [{}, { connect: '' }, { env: { TUNNEL_CONNECT: '' } }]) {
    expect(() => resolve(options)).toThrow('set TUNNEL_CONNECT')
  }
})

test('takes several edges, each once: a list, or commas', () => {
  const hosts = (options: SessionOptions) =>
    resolveTargets({ env: {}, ...options }).map(
      ({ address, authtoken }) => `${authtoken}@${address.host}:${address.port}`,
    )
  const both = ['OWN@edge.example:8443', 'OTHER@other.example:443']
  expect(hosts({ connect: [connect, other, connect] })).toEqual(both)
  expect(hosts({ connect: `${connect}, ${other}` })).toEqual(both)
  expect(hosts({ env: { TUNNEL_CONNECT: `${connect},${other}` } })).toEqual(both)
  expect(hosts({ serverAddr: ['near.example', other], authtoken: 'T' })).toEqual([
    'T@near.example:443',
    'OTHER@other.example:443',
  ])
})

test('bounds how many edges a session has', () => {
  const many = Array.from({ length: 9 }, (_, index) => `edge${index}.example`)
  expect(() => resolveTargets({ env: {}, serverAddr: many })).toThrow('9 edges are more than 8')
})

test('takes, of several edges, those of the region that it is told', () => {
  const serverAddr = ['connect.eu.example.com', 'connect.us.example.com', 'edge.example.net']
  const hosts = (region: string | undefined): string[] =>
    resolveTargets({ env: {}, serverAddr, region }).map(({ address }) => address.host)
  expect(hosts('eu')).toEqual(['connect.eu.example.com'])
  expect(hosts('EU')).toEqual(['connect.eu.example.com'])
  expect(hosts('edge.example.net')).toEqual(['edge.example.net'])
  for (const all of [undefined, '', 'auto']) expect(hosts(all)).toEqual(serverAddr)
  expect(() => hosts('jp')).toThrow('no edge is in the region "jp": there are connect.eu.example.com')
})

test('takes an edge without a host name by its whole address', () => {
  const hosts = (region: string): string[] =>
    resolveTargets({ env: {}, serverAddr: ['10.0.0.1', '10.0.0.2'], region }).map(({ address }) => address.host)
  expect(hosts('10.0.0.2')).toEqual(['10.0.0.2'])
  expect(() => hosts('10')).toThrow('no edge is in the region "10": there are 10.0.0.1, 10.0.0.2')
})

test('a single edge is in every region', () => {
  expect(resolve({ connect, region: 'jp' }).address.host).toBe('edge.example')
})
