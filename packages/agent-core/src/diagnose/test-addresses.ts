import { isIP } from 'node:net'
import { TunnelError } from '@tunnel/protocol'
import { connectFirst } from '../network/connect-first.ts'
import type { NetworkOptions } from '../network/network-options.ts'
import { type HostAndPort, reasonOf } from '../network/open-path.ts'
import { resolversOf, resolveWith } from '../network/resolvers.ts'
import type { Finding } from './diagnosis.ts'

/** Connects to each address of one family, if there is one. Rejects with 8011 or 8002 where one does not answer. */
export async function testFamily(
  { host, port }: HostAndPort,
  family: 4 | 6,
  network: NetworkOptions,
  signal: AbortSignal,
): Promise<Finding> {
  const addresses = await addressesOf(host, family, network, signal)
  const code = family === 6 ? 8011 : 8002
  if (addresses.length === 0) return { details: [`${host} has no address of IPv${family}`], isSkipped: true }
  const details = await Promise.all(addresses.map((address) => reach(address, port, signal)))
  const silent = details.filter(({ reason }) => reason !== '')
  if (silent.length === 0) return { details: details.map(({ text }) => text) }
  throw new TunnelError(code, silent.map(({ text }) => text).join('; '))
}

async function addressesOf(
  host: string,
  ipFamily: 4 | 6,
  network: NetworkOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (isIP(host)) return isIP(host) === ipFamily ? [host] : []
  for (const resolver of resolversOf(network)) {
    const addresses = await resolveWith(resolver, host, { ...network, ipFamily }, signal).catch(() => [])
    if (addresses.length > 0) return addresses
  }
  return []
}

async function reach(address: string, port: number, signal: AbortSignal): Promise<{ text: string; reason: string }> {
  try {
    const socket = await connectFirst([address], port, signal)
    socket.destroy()
    return { text: `${address} answers`, reason: '' }
  } catch (cause) {
    const reason = reasonOf(cause)
    return { text: `${address}: ${reason}`, reason }
  }
}
