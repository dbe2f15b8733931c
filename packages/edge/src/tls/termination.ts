import { createPrivateKey, X509Certificate } from 'node:crypto'
import { type TlsTermination, TunnelError } from '@tunnel/protocol'
import type { CertificatePair } from '../ports.ts'

/** How the edge ends the TLS of one endpoint, where that is not the way of all others; checked. */
export interface Termination {
  /** The endpoint's own certificate; `undefined`: the edge's for the name. */
  readonly pair: CertificatePair | undefined
  /** PEM, one certificate each. Empty: visitors need no certificate. */
  readonly clientCas: readonly string[]
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
  /** What visitors must do beyond the usual, in one word: connections of equal ones are as good as each other. `undefined`: nothing. */
  readonly demands: string | undefined
}

/** Authorities of client certificates of one endpoint (reference edge-and-api.md §3.5). */
const MAX_CLIENT_CAS = 10

/**
 * Throws {@link TunnelError} 813 for an endpoint without a TLS that the edge could end, 14001 for a bad pair, 14002 for bad authorities,
 * 219 for a bad version.
 */
export function terminationFrom(
  asked: TlsTermination | undefined,
  { scheme, binding }: { scheme: string; binding: string },
): Termination | undefined {
  if (asked === undefined) return undefined
  if (scheme !== 'tls' && scheme !== 'https')
    throw new TunnelError(813, `${scheme} endpoints have no TLS that settings could be for`)
  // Whoever comes from inside brings no TLS: who demands certificates would be told that they were shown.
  if (scheme === 'https' && binding !== 'public')
    throw new TunnelError(813, `TLS settings of ${binding} https endpoints are not supported`)
  const clientCas = clientCasFrom(asked.clientCas ?? [])
  const minVersion = minVersionFrom(asked)
  return { pair: pairFrom(asked), clientCas, minVersion, demands: demandsOf(clientCas, minVersion) }
}

function demandsOf(clientCas: readonly string[], minVersion: Termination['minVersion']): string | undefined {
  if (clientCas.length === 0 && minVersion === 'TLSv1.2') return undefined
  const fingerprints = clientCas.map((pem) => new X509Certificate(pem).fingerprint256).sort()
  return [minVersion, ...fingerprints].join(' ')
}

function pairFrom({ certificate, privateKey }: TlsTermination): CertificatePair | undefined {
  if (certificate === undefined && privateKey === undefined) return undefined
  if (certificate === undefined || privateKey === undefined) {
    throw new TunnelError(14001, 'certificate and private key belong together: give both or none')
  }
  const leaf = readOr(14001, 'the certificate is none in PEM', () => new X509Certificate(certificate))
  const key = readOr(14001, 'the private key is none in PEM, or has a passphrase', () => createPrivateKey(privateKey))
  if (!leaf.checkPrivateKey(key)) throw new TunnelError(14001, 'the private key is not that of the first certificate')
  return { cert: certificate, key: privateKey }
}

function clientCasFrom(texts: readonly string[]): string[] {
  const authorities = texts.flatMap((text) => {
    const found = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)
    if (!found) throw new TunnelError(14002, 'an authority of client certificates is no certificate in PEM')
    return found
  })
  if (authorities.length > MAX_CLIENT_CAS) {
    throw new TunnelError(14002, `${authorities.length} authorities of client certificates exceed ${MAX_CLIENT_CAS}`)
  }
  for (const pem of authorities) {
    const what = 'an authority of client certificates is no certificate in PEM'
    const certificate = readOr(14002, what, () => new X509Certificate(pem))
    if (!certificate.ca) throw new TunnelError(14002, `${certificate.subject.replaceAll('\n', ', ')} is not a CA`)
  }
  return authorities
}

function minVersionFrom({ minVersion = '1.2' }: TlsTermination): Termination['minVersion'] {
  if (minVersion === '1.2' || minVersion === '1.3') return `TLSv${minVersion}`
  throw new TunnelError(219, `TLS version ${JSON.stringify(minVersion)} is not 1.2 or 1.3`)
}

function readOr<T>(code: number, what: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new TunnelError(code, what, { cause })
  }
}
