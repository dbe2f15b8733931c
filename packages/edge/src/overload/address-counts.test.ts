import { expect, test } from 'vitest'
import { AddressCounts } from './address-counts.ts'
import { addressKey } from './address-key.ts'

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['2001::1:2:3:4:5:6', '2001:0:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4::/64'],
])('%s counts as %s', (address, key) => {
  expect(addressKey(address)).toBe(key)
})

test('an address has as many as it may, others have their own, and one that closes makes room', () => {
  const counts = new AddressCounts()
  const first = counts.add('192.0.2.1', 2)
  expect(counts.add('192.0.2.1', 2)).toBeDefined()
  expect(counts.add('192.0.2.1', 2)).toBeUndefined()
  expect(counts.add('192.0.2.2', 2)).toBeDefined()
  first?.()
  expect(counts.add('192.0.2.1', 2)).toBeDefined()
})

test('addresses of one IPv6 network are counted together', () => {
  const counts = new AddressCounts()
  counts.add('2001:db8::1', 1)
  expect(counts.add('2001:db8::2', 1)).toBeUndefined()
  expect(counts.add('2001:db8:0:1::2', 1)).toBeDefined()
})

test('without a limit everybody has room', () => {
  const counts = new AddressCounts()
  counts.add('192.0.2.1', 0)
  expect(counts.add('192.0.2.1', 0)).toBeDefined()
})

test('an address is forgotten when its last is closed, and is news again afterwards', () => {
  const counts = new AddressCounts()
  const removes = [counts.add('192.0.2.1', 2), counts.add('192.0.2.1', 2)]
  expect([counts.isNews('192.0.2.1'), counts.isNews('192.0.2.1')]).toEqual([true, false])
  for (const remove of removes) remove?.()
  expect(counts.size).toBe(0)
  counts.add('192.0.2.1', 1)
  expect(counts.isNews('192.0.2.1')).toBe(true)
})
