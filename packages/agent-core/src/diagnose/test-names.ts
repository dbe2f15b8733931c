import { isIP } from 'node:net'
import { TunnelError } from '@tunnel/protocol'
import type { NetworkOptions } from '../network/network-options.ts'
import { reasonOf } from '../network/open-path.ts'
import { resolversOf, resolveWith } from '../network/resolvers.ts'
import type { Finding } from './diagnosis.ts'

/** Asks every resolver. Rejects with 8000 where none knows the name; warns with 8010 where they disagree. */
export async function testName(host: string, network: NetworkOptions, signal: AbortSignal): Promise<Finding> {
  if (isIP(host)) return { details: [`${host} is an address`] }
  const answers = await Promise.all(
    resolversOf(network).map(async (resolver) => {
      try {
        return { name: resolver.name, addresses: await resolveWith(resolver, host, network, signal), reason: '' }
      } catch (cause) {
        return { name: resolver.name, addresses: [], reason: reasonOf(cause) }
      }
    }),
  )
  const details = answers.map(({ name, addresses, reason }) => `${name}: ${addresses.join(', ') || reason}`)
  const known = answers.filter(({ addresses }) => addresses.length > 0)
  if (known.length === 0) throw new TunnelError(8000, `the name ${host} could not be resolved (${details.join('; ')})`)
  const [first, ...others] = known
  const agrees = others.every(({ addresses }) => addresses.some((address) => first?.addresses.includes(address)))
  const isDoubtful = known.length < answers.length || !agrees
  return {
    details,
    ...(isDoubtful && {
      warning: new TunnelError(8010, `not all resolvers say the same of ${host}: ${details.join('; ')}`),
    }),
  }
}
