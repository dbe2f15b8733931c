import type { Session } from '@tunnel/agent-core'
import { hostOf } from './public-address.ts'

/**
 * The domain below which the edge gives out names. Nothing in the protocol says it, since only the old `--subdomain` has to know:
 * a random address is taken and given back.
 */
export async function baseDomain(session: Session, scheme: 'http' | 'https'): Promise<string> {
  const probe = await session.bind({ protocol: scheme, upstream: { url: 'nothing' } }, (stream) => stream.destroy())
  const domain = hostOf(probe.url()).replace(/^[^.]*\./, '')
  await probe.close()
  return domain
}
