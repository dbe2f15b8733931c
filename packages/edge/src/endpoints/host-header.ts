import { TunnelError } from '@tunnel/protocol'

/**
 * What `host_header` makes the upstream see (reference §2.11): `undefined` keeps the visitor's Host, `rewrite` takes the
 * upstream's host and its port unless it is the scheme's own, anything else is the value itself.
 */
export function upstreamHostHeader(setting: string | undefined, upstreamUrl: string): string | undefined {
  if (setting === undefined || setting === '' || setting === 'preserve') return undefined
  const host = setting === 'rewrite' ? hostOf(upstreamUrl) : setting
  if (!/^[\w.:[\]-]{1,255}$/.test(host)) throw new TunnelError(371, `host header ${JSON.stringify(host)} is not a host`)
  return host
}

/** `URL` drops the port when it is the scheme's own; a unix socket and a directory have no host. */
function hostOf(upstreamUrl: string): string {
  const host = URL.canParse(upstreamUrl) ? new URL(upstreamUrl).host : ''
  if (host !== '') return host
  const shown = JSON.stringify(upstreamUrl.slice(0, 100))
  throw new TunnelError(371, `host header rewrite needs an upstream with a host, not ${shown}`)
}
