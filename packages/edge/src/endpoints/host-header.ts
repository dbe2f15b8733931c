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

function hostOf(upstreamUrl: string): string {
  try {
    // URL drops the port when it is the scheme's own.
    return new URL(upstreamUrl).host
  } catch (cause) {
    throw new TunnelError(
      371,
      `host header rewrite needs an upstream url, not ${JSON.stringify(upstreamUrl.slice(0, 100))}`,
      { cause },
    )
  }
}
