/** An address as a number of its family; an IPv4-mapped IPv6 address is the IPv4 one. */
export interface IpAddress {
  family: 4 | 6
  value: bigint
}

export interface Cidr {
  family: 4 | 6
  /** The lowest address: host bits are gone. */
  value: bigint
  prefixLength: number
}

/** Longest address text: eight groups and an IPv4 tail would be longer than any address is. */
const MAX_ADDRESS_LENGTH = 45
const DECIMAL_OCTET = /^(?:0|[1-9]\d{0,2})$/
const HEX_GROUP = /^[0-9a-f]{1,4}$/i
const DECIMAL_LENGTH = /^(?:0|[1-9]\d{0,2})$/
const MAPPED_PREFIX = 0xffffn

/**
 * Reads an address as the standards write it: four decimal octets without leading zeros, or RFC 4291 §2.2. No zones, no brackets, no
 * `127.1`. `undefined` for anything else.
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (text.length > MAX_ADDRESS_LENGTH) return undefined
  if (!text.includes(':')) {
    const value = parseIpv4(text)
    return value === undefined ? undefined : { family: 4, value }
  }
  const value = parseIpv6(text)
  if (value === undefined) return undefined
  return value >> 32n === MAPPED_PREFIX ? { family: 4, value: value & 0xffff_ffffn } : { family: 6, value }
}

/** Reads `address/length`, or a bare address as all of its bits. Host bits are allowed and dropped. `undefined` for anything else. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/')
  const address = parseIpAddress(slash < 0 ? text : text.slice(0, slash))
  if (address === undefined) return undefined
  const { family, value } = address
  const bits = family === 4 ? 32 : 128
  const isMapped = family === 4 && text.includes(':')
  if (slash < 0) return { family, value, prefixLength: bits }
  const lengthText = text.slice(slash + 1)
  if (!DECIMAL_LENGTH.test(lengthText)) return undefined
  const prefixLength = Number(lengthText) - (isMapped ? 96 : 0)
  if (prefixLength < 0 || prefixLength > bits) return undefined
  return { family, value: networkOf(value, family, prefixLength), prefixLength }
}

/** The lowest address that has the first `prefixLength` bits of this one. */
export function networkOf(value: bigint, family: 4 | 6, prefixLength: number): bigint {
  const hostBits = BigInt((family === 4 ? 32 : 128) - prefixLength)
  return (value >> hostBits) << hostBits
}

export function isInCidr(address: IpAddress, cidr: Cidr): boolean {
  return address.family === cidr.family && networkOf(address.value, cidr.family, cidr.prefixLength) === cidr.value
}

function parseIpv4(text: string): bigint | undefined {
  const octets = text.split('.')
  if (octets.length !== 4) return undefined
  let value = 0
  for (const octet of octets) {
    if (!DECIMAL_OCTET.test(octet) || Number(octet) > 255) return undefined
    value = value * 256 + Number(octet)
  }
  return BigInt(value)
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = groupsOf(halves[0]!, halves.length === 1)
  if (head === undefined) return undefined
  if (halves.length === 1) return head.length === 8 ? joined(head) : undefined
  const tail = groupsOf(halves[1]!, true)
  if (tail === undefined || head.length + tail.length > 7) return undefined
  return joined([...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail])
}

/** The 16-bit groups of one side of `::`; its last can be an IPv4 address if the text ends there. */
function groupsOf(text: string, isLastHalf: boolean): number[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const groups: number[] = []
  for (const [at, part] of parts.entries()) {
    if (HEX_GROUP.test(part)) groups.push(Number.parseInt(part, 16))
    else {
      const ipv4 = isLastHalf && at === parts.length - 1 ? parseIpv4(part) : undefined
      if (ipv4 === undefined) return undefined
      groups.push(Number(ipv4 >> 16n), Number(ipv4 & 0xffffn))
    }
  }
  return groups
}

function joined(groups: readonly number[]): bigint {
  let value = 0n
  for (const group of groups) value = (value << 16n) | BigInt(group)
  return value
}
