import { expect, test } from 'vitest'
import { TrustedSources } from './trusted-sources.ts'

test.each([
  [['10.0.0.0/8'], '10.255.0.1', true],
  [['10.0.0.0/8'], '11.0.0.1', false],
  [['192.0.2.7'], '192.0.2.7', true],
  [['192.0.2.7'], '192.0.2.8', false],
  [['0.0.0.0/0'], '203.0.113.1', true],
  [['0.0.0.0/0'], '::1', false],
  [['2001:db8::/32'], '2001:db8:1::1', true],
  [['2001:db8::/32'], '2001:db9::1', false],
  [['::1'], '::1', true],
  [['10.0.0.0/8', '192.0.2.7/32'], '192.0.2.7', true],
  [[], '127.0.0.1', false],
  [['10.0.0.0/8'], '', false],
])('of %j %s is trusted: %j', (cidrs, address, trusted) => {
  expect(new TrustedSources(cidrs).has(address)).toBe(trusted)
})

test.each([
  '',
  'localhost',
  '10.0.0.0/33',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  '10.0/8',
  '::/129',
  '10.0.0.0/-1',
  '10.0.0.0/08',
  'fe80::1%eth0',
])('%j is no network', (cidr) => {
  expect(() => new TrustedSources([cidr])).toThrow(`trusted source ${JSON.stringify(cidr)} is not an IP address`)
})
