import { isIP } from 'node:net'
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { expect, test } from 'vitest'
import { compileCidrList } from './cidr-list.ts'
import { isInCidr, parseCidr, parseIpAddress } from './ip-address.ts'
import { compileIpRestriction, type RestrictIpsConfig, restrictIps } from './restrict-ips.ts'

function decide(ip: string, config: Partial<RestrictIpsConfig>) {
  return restrictIps(compileIpRestriction({ allow: [], deny: [], policyRules: [], enforce: true, ...config }), ip)
}

test('allows an address of an allow entry, and names the most specific one', () => {
  const { reject, results } = decide('10.1.2.3', { allow: ['0.0.0.0/0', '10.1.0.0/16', '10.0.0.0/8'] })
  expect(reject).toBe(false)
  expect(results).toEqual({ action: 'allow', matched_cidr: '10.1.0.0/16' })
})

test('denies before it allows', () => {
  const { reject, code, results } = decide('10.1.2.3', { allow: ['10.1.2.3'], deny: ['10.0.0.0/8'] })
  expect({ reject, code }).toEqual({ reject: true, code: 'ERR_TUNNEL_3205' })
  expect(results).toMatchObject({ action: 'deny', matched_cidr: '10.0.0.0/8' })
})

test('allows nothing without an allow entry', () => {
  expect(decide('192.0.2.1', {}).results).toMatchObject({ action: 'deny', matched_cidr: '' })
  expect(decide('192.0.2.1', { deny: ['10.0.0.0/8'] }).reject).toBe(true)
})

test('says when a rule of an IP policy denied', () => {
  const policyRules = [
    { action: 'allow', cidr: '192.0.2.0/24' },
    { action: 'deny', cidr: '192.0.2.7/32' },
  ] as const
  expect(decide('192.0.2.7', { policyRules })).toMatchObject({ reject: true, code: 'ERR_TUNNEL_3203' })
  expect(decide('192.0.2.8', { policyRules }).results).toEqual({ action: 'allow', matched_cidr: '192.0.2.0/24' })
})

test('hears an IPv4-mapped address as IPv4, and matches no IPv4 address with an IPv6 entry', () => {
  expect(decide('::ffff:10.0.0.1', { allow: ['10.0.0.0/8'] }).reject).toBe(false)
  expect(decide('10.0.0.1', { allow: ['::ffff:10.0.0.0/104'] }).reject).toBe(false)
  expect(decide('10.0.0.1', { allow: ['::/0'] }).reject).toBe(true)
  expect(decide('2001:db8::1', { allow: ['0.0.0.0/0'] }).reject).toBe(true)
  expect(decide('2001:db8::1', { allow: ['2001:db8::/32'] }).reject).toBe(false)
})

test('leaves the zone of a link-local address aside', () => {
  expect(decide('fe80::1%eth0', { allow: ['fe80::/10'] }).reject).toBe(false)
})

test('denies what is no address', () => {
  for (const ip of ['', 'localhost', '127.1', '10.0.0.1 ', '0x7f000001'])
    expect(decide(ip, { allow: ['0.0.0.0/0', '::/0'] }).reject).toBe(true)
})

test('lets all through and tells what it would do where it is not enforced', () => {
  const { reject, results } = decide('10.0.0.1', { deny: ['10.0.0.0/8'], enforce: false })
  expect(reject).toBe(false)
  expect(results.action).toBe('deny')
})

test.each([
  '',
  '10.0.0.0/33',
  '10.0.0/8',
  '::/129',
  '::ffff:10.0.0.0/95',
  '10.0.0.0/08',
  '10.0.0.0/',
  '1.2.3.4/-1',
  '010.0.0.1',
  '1::2::3',
  'fe80::1%eth0',
  ':::',
  '1:2:3:4:5:6:7:8:9',
])('refuses %j as a CIDR', (text) => {
  expect(() => compileCidrList([text])).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_2217' }))
})

test('refuses more entries than the limit', () => {
  const many = Array.from({ length: 1001 }, (_, at) => `10.0.${at >> 8}.${at & 255}`)
  expect(() => compileCidrList(many)).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_2218' }))
})

test('drops host bits', () => {
  expect(isInCidr(parseIpAddress('66.249.66.200')!, parseCidr('66.249.66.1/24')!)).toBe(true)
})

const octets = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 })
const addresses = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  octets.map((parts) => `::ffff:${parts.join('.')}`),
  fc.string({ unit: fc.constantFrom(...'0123456789abcF:.%/ ') }),
)

test('takes for an address what Node does, zones aside', () => {
  fc.assert(
    fc.property(addresses, (text) => {
      expect(parseIpAddress(text) !== undefined).toBe(isIP(text) !== 0 && !text.includes('%'))
    }),
    { numRuns: 2000 },
  )
})

test('matches as ipaddr.js does', () => {
  fc.assert(
    fc.property(octets, octets, fc.integer({ min: 0, max: 32 }), (one, other, length) => {
      const isMatch = ipaddr.parse(one.join('.')).match(ipaddr.parse(other.join('.')), length)
      const list = compileCidrList([`${other.join('.')}/${length}`])
      expect(list.match(parseIpAddress(one.join('.'))!) !== undefined).toBe(isMatch)
    }),
  )
  fc.assert(
    fc.property(fc.ipV6(), fc.ipV6(), fc.integer({ min: 1, max: 12 }), (one, other, length) => {
      const [address, network] = [ipaddr.IPv6.parse(one), ipaddr.IPv6.parse(other)]
      fc.pre(!address.isIPv4MappedAddress() && !network.isIPv4MappedAddress())
      const list = compileCidrList([`${other}/${length}`])
      expect(list.match(parseIpAddress(one)!) !== undefined).toBe(address.match(network, length))
    }),
  )
})
