import { TunnelError } from '@tunnel/protocol'
import type { RequestedAddress } from './address.ts'

const INTERNAL_SUFFIX = '.internal'

/** Labels in front of `.internal` (reference edge-and-api.md §1.6). */
const MAX_INTERNAL_LABELS = 5

/**
 * Who is to reach an address (reference edge-and-api.md §1.2): what the agent says, else what the host says.
 * Throws {@link TunnelError} for bindings and addresses that do not go together.
 */
export function bindingOf(asked: readonly string[] = [], wanted: RequestedAddress): 'public' | 'internal' {
  if (asked.length > 1) throw new TunnelError(15006, `${asked.length} bindings given, one is allowed`)
  const [binding] = asked
  const { host } = wanted
  const isInternalHost = host?.endsWith(INTERNAL_SUFFIX) === true
  switch (binding) {
    case 'kubernetes':
      throw kubernetesRefusal(wanted)
    case undefined:
      if (!isInternalHost) return 'public'
      break
    case 'public':
      if (isInternalHost) throw new TunnelError(331, `${host} is no public name: leave the binding public out`)
      return 'public'
    case 'internal':
      if (host === undefined) throw new TunnelError(9028, 'an internal endpoint has no random name: give it one')
      if (!isInternalHost)
        throw new TunnelError(9029, `${host} does not end in ${INTERNAL_SUFFIX}, as internal names do`)
      break
    default:
      throw new TunnelError(
        15005,
        `binding ${JSON.stringify(binding.slice(0, 50))} is not public, internal or kubernetes`,
      )
  }
  const labels = (host as string).split('.').length - 1
  if (labels > MAX_INTERNAL_LABELS) {
    throw new TunnelError(9031, `${labels} labels in front of ${INTERNAL_SUFFIX} exceed ${MAX_INTERNAL_LABELS}`)
  }
  return 'internal'
}

/** What is wrong with the address, or else that there is no cluster to reach it from (reference edge-and-api.md §1.7). */
function kubernetesRefusal({ scheme, host }: RequestedAddress): TunnelError {
  if (host === undefined || host.startsWith('*.') || host.split('.').length !== 2) {
    return new TunnelError(9039, `a kubernetes endpoint is called name.namespace, not ${JSON.stringify(host ?? '')}`)
  }
  if (scheme === 'https') return new TunnelError(9041, 'a kubernetes endpoint is http, tcp or tls, not https')
  return new TunnelError(15010, 'no Kubernetes operator is connected to this edge')
}
