import type { HeaderList } from '@tunnel/http'
import { firstField, textFromField } from './header-fields.ts'
import type { Regex } from './regex.ts'

export interface UserAgentFilter {
  readonly allow: readonly Regex[]
  readonly deny: readonly Regex[]
}

/**
 * Whether the filter lets the request in; if not it is answered 403 with `ERR_TUNNEL_3211`. Only the first `User-Agent` counts, allow goes
 * before deny, and what neither names is let in, except a request that names no agent.
 *
 * @see Reference §4.27
 */
export function isUserAgentAllowed({ allow, deny }: UserAgentFilter, headers: HeaderList): boolean {
  const agent = textFromField(firstField(headers, 'user-agent') ?? '')
  if (allow.some((regex) => regex.test(agent))) return true
  return agent !== '' && !deny.some((regex) => regex.test(agent))
}
