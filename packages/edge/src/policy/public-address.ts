import { BlockList, isIP } from 'node:net'

/** Networks that are not the public internet's (IANA's special-purpose registries). */
const notPublic = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  notPublic.addSubnet(network, prefix, 'ipv4')

/** The only IPv6 addresses that are given out (RFC 4291 §2.4), less those that stand for others: 6to4, Teredo, documentation. */
const global6 = new BlockList()
global6.addSubnet('2000::', 3, 'ipv6')
const translated6 = new BlockList()
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  translated6.addSubnet(network, prefix, 'ipv6')

/** Whether an address is one of the public internet: no loopback, private, link-local, reserved one, nor one that stands for such. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !notPublic.check(address, 'ipv4')
    case 6:
      return global6.check(address, 'ipv6') && !translated6.check(address, 'ipv6')
    default:
      return false
  }
}
