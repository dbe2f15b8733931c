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
const DEFAULT_PORT = 443
const FINGERPRINT = /^sha256:([0-9a-f]{64})$/i

const EXPECTED = 'expected tunnel://AUTHTOKEN@host:port?ca=sha256:HEX'

/**
 * Throws 9034 with what is wrong. The token is never part of the error: what precedes the host is not repeated, and the URL
 * parser's own error, which holds the whole text, is not kept as `cause`.
 */
export function parseConnectionString(text: string): ConnectionString {
  if (!URL.canParse(text.trim())) throw new TunnelError(9034, `connection string is not a URL; ${EXPECTED}`)
  const url = new URL(text.trim())
  if (url.protocol !== SCHEME)
    throw new TunnelError(9034, `connection string does not start with tunnel://; ${EXPECTED}`)
  if (!url.hostname) throw new TunnelError(9034, `connection string has no host; ${EXPECTED}`)
  if (url.port === '0') throw new TunnelError(9034, 'connection string has port 0, which nobody can reach')
  const result: ConnectionString = {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port ? Number(url.port) : DEFAULT_PORT,
  }
  if (url.username) result.authtoken = decodedAuthtoken(url.username)
  const ca = url.searchParams.get('ca')
  if (ca !== null) result.caFingerprint = fingerprintOf(ca)
  return result
}

function decodedAuthtoken(username: string): string {
  try {
    return decodeURIComponent(username)
  } catch {
    throw new TunnelError(9034, 'connection string has an authtoken with a broken percent-encoding')
  }
}

function fingerprintOf(ca: string): string {
  const fingerprint = FINGERPRINT.exec(ca)?.[1]
  if (fingerprint) return fingerprint.toLowerCase()
  throw new TunnelError(9034, `connection string has ca=${ca.slice(0, 80)}, expected sha256: and 64 hex digits`)
}

export function formatConnectionString(parts: ConnectionString): string {
  const host = parts.host.includes(':') ? `[${parts.host}]` : parts.host
  const user = parts.authtoken ? `${encodeURIComponent(parts.authtoken)}@` : ''
  const ca = parts.caFingerprint ? `?ca=sha256:${parts.caFingerprint}` : ''
  return `${SCHEME}//${user}${host}:${parts.port}${ca}`
}
