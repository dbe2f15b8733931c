import type { ModuleTarget } from '@tunnel/traffic-policy'
import type { PolicyTargets } from './policy-request.ts'

interface AddressFlags {
  readonly url?: string | undefined
  readonly binding?: string | undefined
}

/** What the endpoints of `tunnel http` speak; both schemes are two endpoints. */
export function httpTargets({
  scheme,
  ...flags
}: AddressFlags & { scheme?: readonly ('http' | 'https')[] | undefined }): PolicyTargets {
  const binding = bindingOf(flags)
  if (flags.url?.toLowerCase().startsWith('http://')) return [{ protocol: 'http', binding }]
  const [first = 'https', ...more] = scheme ?? []
  return [{ protocol: first, binding }, ...more.map((protocol) => ({ protocol, binding }))]
}

export function streamTargets(protocol: 'tcp' | 'tls', flags: AddressFlags): PolicyTargets {
  return [{ protocol, binding: bindingOf(flags) }]
}

/** As the edge works it out: a name that ends in `.internal` is bound there. */
function bindingOf({ url = '', binding }: AddressFlags): ModuleTarget['binding'] {
  if (binding === 'public' || binding === 'internal' || binding === 'kubernetes') return binding
  return /^(?:[a-z]+:\/\/)?[^/:]+\.internal(?::\d+)?\/?$/i.test(url) ? 'internal' : undefined
}
