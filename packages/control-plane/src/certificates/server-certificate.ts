import { type KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext } from 'node:tls'

/** A certificate that can be served: what it covers, until when, and the TLS context made of it. */
export interface ServerCertificate {
  /** PEM, leaf first. */
  readonly chain: string
  readonly key: string
  readonly context: SecureContext
  /** Milliseconds since the epoch. */
  readonly notAfter: number
  covers(serverName: string): boolean
}

/** Throws what OpenSSL throws when chain and key are not a pair. */
export function serverCertificate(chain: string, key: KeyObject): ServerCertificate {
  const leaf = new X509Certificate(chain)
  const keyPem = key.export({ type: 'pkcs8', format: 'pem' }).toString()
  return {
    chain,
    key: keyPem,
    context: createSecureContext({ cert: chain, key: keyPem }),
    notAfter: Date.parse(leaf.validTo),
    // OpenSSL's own rules, so that no client is sent a name that it would refuse: `*.localhost` covers nothing, for one.
    covers: (serverName) => leaf.checkHost(serverName, { subject: 'never' }) !== undefined,
  }
}
