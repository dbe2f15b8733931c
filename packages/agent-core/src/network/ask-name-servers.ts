import { Resolver } from 'node:dns/promises'
import { parseNameServer } from './name-server.ts'

/** A query, and once more: a packet gets lost. */
const TRIES = 2

/** Addresses of both families, IPv6 first as RFC 6724 has it. Rejects with the system error of the IPv4 query where there are none. */
export async function askNameServers(
  servers: readonly string[],
  host: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string[]> {
  // One silent server must not take the time of the others.
  const resolver = new Resolver({ timeout: Math.ceil(timeoutMs / (servers.length + 1)), tries: TRIES })
  resolver.setServers(servers.map(parseNameServer))
  const cancel = (): void => resolver.cancel()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    const [six, four] = await Promise.allSettled([resolver.resolve6(host), resolver.resolve4(host)])
    const addresses = [six, four].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    if (addresses.length === 0 && four.status === 'rejected') throw four.reason
    return addresses
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}
