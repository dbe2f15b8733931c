import { BlockList, isIP } from 'node:net'

/**
 * Networks that are believed. Each is an address or a CIDR: `10.0.0.0/8`, `2001:db8::/32`, `192.0.2.7`.
 * Throws a RangeError that names the first one that is neither.
 */
export class TrustedSources {
  readonly #list = new BlockList()

  constructor(cidrs: readonly string[]) {
    for (const cidr of cidrs) this.#add(cidr)
  }

  /** `address` is an IP address; an IPv4 one in IPv6 form counts as IPv4. */
  has(address: string): boolean {
    const family = isIP(address)
    return family !== 0 && this.#list.check(address, family === 4 ? 'ipv4' : 'ipv6')
  }

  #add(cidr: string): void {
    const [address = '', prefix, ...more] = cidr.split('/')
    const family = address.includes('%') ? 0 : isIP(address)
    const bits = family === 4 ? 32 : 128
    const isPrefix = prefix === undefined || (/^(0|[1-9]\d{0,2})$/.test(prefix) && Number(prefix) <= bits)
    if (family === 0 || !isPrefix || more.length > 0) {
      throw new RangeError(
        `trusted source ${JSON.stringify(cidr.slice(0, 100))} is not an IP address or a CIDR like 10.0.0.0/8`,
      )
    }
    this.#list.addSubnet(address, prefix === undefined ? bits : Number(prefix), family === 4 ? 'ipv4' : 'ipv6')
  }
}
