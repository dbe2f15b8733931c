import { expect, test } from 'vitest'
import { localAddressOf } from './local-address.ts'

const address = (text: string, family: 'IPv4' | 'IPv6') =>
  ({ address: text, family, netmask: '', mac: '', internal: false, cidr: null, scopeid: 0 }) as never
const interfaces = {
  eth1: [address('192.0.2.7', 'IPv4')],
  wg0: [address('fd00::7', 'IPv6'), address('10.0.0.7', 'IPv4')],
}

test('gives the address of the family of the other end', () => {
  const wg0 = localAddressOf('wg0', interfaces)
  expect([wg0('203.0.113.1'), wg0('2001:db8::1')]).toEqual(['10.0.0.7', 'fd00::7'])
})

test('has none of a family that the interface has not', () => {
  expect(localAddressOf('eth1', interfaces)('2001:db8::1')).toBe(false)
})

test('takes an address for itself', () => {
  expect(localAddressOf('192.0.2.9', interfaces)('203.0.113.1')).toBe('192.0.2.9')
})

test('says that there is no such interface', () => {
  expect(() => localAddressOf('eth9', interfaces)).toThrow('there is no network interface "eth9"')
})
