import { type Acl, TunnelError } from '@tunnel/protocol'

/** The labels of a bind request that has some instead of an address (reference edge-and-api.md §7.6). Throws {@link TunnelError} 301, 394 or 399. */
export function checkedLabels(
  labels: readonly string[],
  request: { protocol: string; url?: string | undefined },
  acl: Acl,
): readonly string[] {
  if (request.protocol !== '' || request.url) {
    throw new TunnelError(394, 'an endpoint has a protocol or labels, not both')
  }
  for (const label of labels) {
    const shown = JSON.stringify(label.slice(0, 100))
    if (!/^[^=\s]+=\S+$/.test(label)) throw new TunnelError(301, `label ${shown} is not key=value`)
    if (!acl.allowsLabel(label)) throw new TunnelError(399, `this authtoken may not bind the label ${shown}`)
  }
  return labels
}
