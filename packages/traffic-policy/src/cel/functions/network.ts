import { compileCidrList } from '../../actions/cidr-list.ts'
import { isInCidr, parseCidr, parseIpAddress } from '../../actions/ip-address.ts'
import type { Overload } from '../compiled.ts'
import { pureFunctions } from '../define-functions.ts'

function inCidrRange(ip: string, range: string): boolean {
  const address = parseIpAddress(ip)
  const cidr = parseCidr(range)
  return address !== undefined && cidr !== undefined && isInCidr(address, cidr)
}

const inCidrRanges = (ip: string, ranges: readonly string[]): boolean => ranges.some((range) => inCidrRange(ip, range))

const prepareRange: Overload['prepare'] = ([, range]) => {
  const cidr = typeof range?.value === 'string' ? parseCidr(range.value) : undefined
  if (!cidr) return undefined
  return (_scope, [ip]) => {
    const address = parseIpAddress(ip as string)
    return address !== undefined && isInCidr(address, cidr)
  }
}

/** Entries that are no CIDR are ignored. Reference §2.3 */
const prepareRanges: Overload['prepare'] = ([, ranges]) => {
  if (!Array.isArray(ranges?.value)) return undefined
  const texts = ranges.value.filter((text) => typeof text === 'string' && parseCidr(text) !== undefined)
  const list = compileCidrList(texts)
  return (_scope, [ip]) => {
    const address = parseIpAddress(ip as string)
    return address !== undefined && list.match(address) !== undefined
  }
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']

export const networkFunctions: Overload[] = [
  ...pureFunctions({ 'inCidrRange(string, string): bool': inCidrRange }).map((one) => ({
    ...one,
    prepare: prepareRange,
  })),
  ...pureFunctions({ 'inCidrRanges(string, list<string>): bool': inCidrRanges }).map((one) => ({
    ...one,
    prepare: prepareRanges,
  })),
  ...pureFunctions({ 'string.isPrivateIp(): bool': (ip: string) => inCidrRanges(ip, PRIVATE) }),
]
