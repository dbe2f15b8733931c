import { BlockList, isIP } from 'node:net'

/**
 * Whether a request may be meant for this server, by its `Host`: a name that an attacker points at this machine is none of ours (DNS
 * rebinding). Allowed are `localhost`, its sub-domains and loopback addresses; `allowHosts`, each a name, `.suffix`, address or CIDR; and, of a server that
 * does not listen on loopback alone, any address, which no name server can change.
 *
 * @see reference agent.md §4.2
 */
export function hostChecker(allowHosts: readonly string[], isLoopback: boolean): (host: string | undefined) => boolean {
  const names = new Set<string>()
  const suffixes: string[] = []
  const addresses = new BlockList()
  addresses.addSubnet('127.0.0.0', 8, 'ipv4')
  addresses.addAddress('::1', 'ipv6')
  for (const entry of allowHosts) {
    if (addAddress(addresses, entry)) continue
    if (entry.startsWith('.')) suffixes.push(entry.toLowerCase())
    else names.add(entry.toLowerCase())
  }
  return (host) => {
    const name = hostName(host ?? '')
    if (name === '') return false
    const version = isIP(name)
    if (version > 0) return !isLoopback || addresses.check(name, version === 4 ? 'ipv4' : 'ipv6')
    const isLocal = name === 'localhost' || name.endsWith('.localhost')
    return isLocal || names.has(name) || suffixes.some((suffix) => name.endsWith(suffix))
  }
}

/** `[::1]:4040` → `::1`; empty for what is no host. */
function hostName(host: string): string {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/@\s]+))(?::\d{1,5})?$/i.exec(host)
  return (match?.[1] ?? match?.[2] ?? '').toLowerCase().replace(/\.$/, '')
}

/** `false`: it is no address and no CIDR. */
function addAddress(addresses: BlockList, entry: string): boolean {
  const [address = '', prefix] = entry.replace(/^\[|\]$/g, '').split('/')
  const version = isIP(address)
  if (version === 0) return false
  const family = version === 4 ? 'ipv4' : 'ipv6'
  if (prefix === undefined) addresses.addAddress(address, family)
  else if (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128)) {
    addresses.addSubnet(address, Number(prefix), family)
  }
  return true
}
