import { ActionError } from './action-error.ts'
import { type Cidr, type IpAddress, networkOf, parseCidr } from './ip-address.ts'

/** The most entries of one list. Reference §1.7 */
export const MAX_CIDRS = 1000

/** CIDRs made ready for look-up: one step for each prefix length that occurs, the longest first, however many there are. */
export interface CidrList {
  /** The most specific entry that holds the address, as it was written. */
  match(address: IpAddress): string | undefined
}

/**
 * @throws ActionError `ERR_TUNNEL_2217` for a text that is no CIDR, `ERR_TUNNEL_2218` for more than `maxEntries` of them.
 */
export function compileCidrList(texts: readonly string[], maxEntries: number = MAX_CIDRS): CidrList {
  if (texts.length > maxEntries)
    throw new ActionError('ERR_TUNNEL_2218', `${texts.length} CIDRs exceed the limit of ${maxEntries}`)
  const byFamily = { 4: new Map<number, Map<bigint, string>>(), 6: new Map<number, Map<bigint, string>>() }
  for (const text of texts) {
    const { family, prefixLength, value } = parsed(text)
    const networks = byFamily[family].get(prefixLength) ?? new Map<bigint, string>()
    byFamily[family].set(prefixLength, networks)
    if (!networks.has(value)) networks.set(value, text)
  }
  const steps = { 4: longestFirst(byFamily[4]), 6: longestFirst(byFamily[6]) }
  return {
    match({ family, value }) {
      for (const [prefixLength, networks] of steps[family]) {
        const text = networks.get(networkOf(value, family, prefixLength))
        if (text !== undefined) return text
      }
      return undefined
    },
  }
}

function parsed(text: string): Cidr {
  const cidr = parseCidr(text.trim())
  if (cidr === undefined) throw new ActionError('ERR_TUNNEL_2217', `${JSON.stringify(text.slice(0, 64))} is not a CIDR`)
  return cidr
}

function longestFirst(networks: Map<number, Map<bigint, string>>): [number, Map<bigint, string>][] {
  return [...networks].sort(([one], [other]) => other - one)
}
