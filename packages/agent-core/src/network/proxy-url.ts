import { TunnelError } from '@tunnel/protocol'

export type ProxyScheme = 'http' | 'https' | 'socks5' | 'socks5h'

/** A proxy on the way to the edge. */
export interface ProxyServer {
  readonly scheme: ProxyScheme
  readonly host: string
  readonly port: number
  readonly credentials: { readonly user: string; readonly password: string } | undefined
  /** Without the credentials: what messages may hold. */
  readonly shown: string
}

const DEFAULT_PORTS: Readonly<Record<ProxyScheme, number>> = { http: 80, https: 443, socks5: 1080, socks5h: 1080 }

/** Throws {@link TunnelError} 9034, which never holds the text: there may be a password in it. */
export function parseProxyUrl(text: string): ProxyServer {
  if (!URL.canParse(text)) throw wrong('it is not a URL')
  const url = new URL(text)
  const scheme = url.protocol.slice(0, -1)
  if (!isScheme(scheme)) throw wrong(`its scheme is ${JSON.stringify(scheme.slice(0, 20))}`)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (host === '') throw wrong('it has no host')
  // The default port of the scheme is no part of a parsed URL.
  const port = url.port === '' ? DEFAULT_PORTS[scheme] : Number(url.port)
  if (port === 0) throw wrong('it has port 0')
  return { scheme, host, port, credentials: credentialsOf(url), shown: `${scheme}://${url.hostname}:${port}` }
}

const isScheme = (text: string): text is ProxyScheme => Object.hasOwn(DEFAULT_PORTS, text)

function credentialsOf({ username, password }: URL): ProxyServer['credentials'] {
  if (username === '' && password === '') return undefined
  try {
    return { user: decodeURIComponent(username), password: decodeURIComponent(password) }
  } catch {
    throw wrong('its credentials have a broken percent-encoding')
  }
}

function wrong(why: string): TunnelError {
  return new TunnelError(
    9034,
    `the proxy's URL cannot be used: ${why}; for example http://user:password@proxy.example:3128`,
  )
}
