import { TunnelError } from './errors.ts'

/**
 * Everything an agent needs to pair with an edge, in one string:
 * `tunnel://AUTHTOKEN@host:port?ca=sha256:HEX`. The port is 443 when left out; without `ca` the host's own roots are trusted.
 */
export interface ConnectionString {
  host: string
  port: number
  authtoken?: string
  /** SHA-256 of the CA certificate's DER, lowercase hex. The agent trusts exactly that CA. */
  caFingerprint?: string
}

const SCHEME = 'tunnel:'
const FINGERPRINT = /^sha256:([0-9a-f]{64})$/i

/** Throws 9034 with what is wrong; the token is never part of the message. */
export function parseConnectionString(text: string): ConnectionString {
  let url: URL
  try {
    url = new URL(text.trim())
  } catch (cause) {
    throw new TunnelError(9034, 'connection string is not a URL; expected tunnel://AUTHTOKEN@host:port?ca=sha256:HEX', {
      cause,
    })
  }
  if (url.protocol !== SCHEME)
    throw new TunnelError(9034, `connection string starts with ${url.protocol}//, expected tunnel://`)
  if (!url.hostname) throw new TunnelError(9034, 'connection string has no host')
  const result: ConnectionString = {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port ? Number(url.port) : 443,
  }
  if (url.username) result.authtoken = decodeURIComponent(url.username)
  const ca = url.searchParams.get('ca')
  if (ca !== null) {
    const fingerprint = FINGERPRINT.exec(ca)?.[1]
    if (!fingerprint)
      throw new TunnelError(9034, `connection string has ca=${ca.slice(0, 80)}, expected sha256: and 64 hex digits`)
    result.caFingerprint = fingerprint.toLowerCase()
  }
  return result
}

export function formatConnectionString(parts: ConnectionString): string {
  const host = parts.host.includes(':') ? `[${parts.host}]` : parts.host
  const user = parts.authtoken ? `${encodeURIComponent(parts.authtoken)}@` : ''
  const ca = parts.caFingerprint ? `?ca=sha256:${parts.caFingerprint}` : ''
  return `${SCHEME}//${user}${host}:${parts.port}${ca}`
}
