/** `connection refused (127.0.0.1:8080)`: what a person needs of Node's error, or of several that were tried in turn. */
export function reasonOf(cause: Error): string {
  const errors =
    cause instanceof AggregateError ? (cause.errors as NodeJS.ErrnoException[]) : [cause as NodeJS.ErrnoException]
  return [...new Set(errors.map(describe))].join(', ')
}

type DialError = NodeJS.ErrnoException & { address?: string; port?: number; reason?: string }

function describe(error: DialError): string {
  const { address, port } = error
  const words = wordsOf(error)
  return address === undefined ? words : `${words} (${address}${port ? `:${port}` : ''})`
}

function wordsOf({ code = '', message, reason }: DialError): string {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `its certificate is for another host (${reason ?? message})`
  // OpenSSL's reason is in the middle of its message: `write EPROTO 80…:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:…`.
  const tlsFault = /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1]
  if (tlsFault === undefined) return WORDS[code] ?? message
  return NOT_TLS.has(tlsFault) ? 'it does not speak TLS' : `TLS failed: ${tlsFault}`
}

const NOT_TLS: ReadonlySet<string> = new Set(['wrong version number', 'packet length too long', 'http request'])

const UNKNOWN_AUTHORITY = 'its certificate is not signed by an authority that is trusted here'
const SELF_SIGNED = 'its certificate is signed by itself or by an authority that is not trusted here'

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'the name could not be resolved',
  EAI_AGAIN: 'the name could not be resolved',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network is unreachable',
  ETIMEDOUT: 'the connection timed out',
  ENOENT: 'no such socket',
  EACCES: 'permission denied',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  CERT_REVOKED: 'its certificate was revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: SELF_SIGNED,
  SELF_SIGNED_CERT_IN_CHAIN: SELF_SIGNED,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
}
