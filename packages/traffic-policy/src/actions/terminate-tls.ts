import { createPrivateKey, X509Certificate } from 'node:crypto'
import { ActionError } from './action-error.ts'

/** The fields of the action, interpolated. Reference §4.24 */
export interface TerminateTlsConfig {
  minVersion?: string | number
  maxVersion?: string | number
  serverPrivateKey?: string
  serverCertificate?: string
  /** PEM, or the `ca_…` id of an uploaded one. */
  clientCertificateAuthorities: readonly string[]
  verificationStrategy?: 'require-and-verify' | 'require-any' | 'request'
}

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3'

/** What a handshake is made with: names and forms as `node:tls` takes them. */
export interface TlsSettings {
  minVersion: TlsVersion
  maxVersion: TlsVersion
  /** `undefined` for the endpoint's own certificate. */
  certificate: { key: string; cert: string } | undefined
  /** `undefined` if clients are not asked for a certificate. */
  clientCertificates: { strategy: NonNullable<TerminateTlsConfig['verificationStrategy']>; ca: string[] } | undefined
  /** Authorities that could not be found, for `actions.ngrok.terminate_tls.warnings`. */
  warnings: string[]
}

export const MAX_CERTIFICATE_AUTHORITIES = 10
/** The longest PEM text of one setting, in characters. */
export const MAX_PEM_LENGTH = 256 * 1024

const VERSIONS: Readonly<Record<string, TlsVersion>> = { '1.2': 'TLSv1.2', '1.3': 'TLSv1.3' }
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * Brings the action's fields into the form of a handshake and refuses what cannot make one.
 *
 * @param authority The PEM of an uploaded authority, by its id.
 * @throws ActionError `ERR_TUNNEL_2228` for what cannot be read, `ERR_TUNNEL_2240` for a key or a certificate alone, `ERR_TUNNEL_2218` for
 *   too many authorities.
 * @see Reference §4.24, §7.6
 */
export function normalizeTerminateTls(
  config: TerminateTlsConfig,
  authority: (id: string) => string | undefined = () => undefined,
): TlsSettings {
  const minVersion = versionOf('min_version', config.minVersion ?? '1.2')
  const maxVersion = versionOf('max_version', config.maxVersion ?? '1.3')
  if (minVersion > maxVersion)
    throw new ActionError('ERR_TUNNEL_2228', `min_version ${minVersion} is above max_version ${maxVersion}`)
  const warnings: string[] = []
  const clientCertificates = clientCertificatesOf(config, authority, warnings)
  return { minVersion, maxVersion, certificate: certificateOf(config), clientCertificates, warnings }
}

function versionOf(name: string, version: string | number): TlsVersion {
  const text = String(version)
  if (!Object.hasOwn(VERSIONS, text))
    throw new ActionError('ERR_TUNNEL_2228', `${name} ${JSON.stringify(text.slice(0, 16))} is not 1.2 or 1.3`)
  return VERSIONS[text]!
}

function certificateOf({
  serverPrivateKey: key,
  serverCertificate: cert,
}: TerminateTlsConfig): TlsSettings['certificate'] {
  if (key === undefined && cert === undefined) return undefined
  if (key === undefined || cert === undefined)
    throw new ActionError('ERR_TUNNEL_2240', 'server_private_key and server_certificate go together')
  const leaf = certificatesIn('server_certificate', cert)[0]!
  assertLength('server_private_key', key)
  let isPair: boolean
  try {
    isPair = leaf.checkPrivateKey(createPrivateKey(key))
  } catch (cause) {
    throw new ActionError('ERR_TUNNEL_2228', 'server_private_key is not a PEM private key', { cause })
  }
  if (!isPair) throw new ActionError('ERR_TUNNEL_2228', 'server_private_key is not the key of server_certificate')
  return { key, cert }
}

function clientCertificatesOf(
  config: TerminateTlsConfig,
  authority: (id: string) => string | undefined,
  warnings: string[],
): TlsSettings['clientCertificates'] {
  const { clientCertificateAuthorities: given, verificationStrategy: strategy } = config
  if (given.length > MAX_CERTIFICATE_AUTHORITIES) {
    const limit = `the limit of ${MAX_CERTIFICATE_AUTHORITIES}`
    throw new ActionError('ERR_TUNNEL_2218', `${given.length} certificate authorities exceed ${limit}`)
  }
  if (given.length === 0 && (strategy === undefined || strategy === 'require-and-verify')) return undefined
  const ca: string[] = []
  for (const item of given) {
    const pem = item.startsWith('ca_') ? authority(item) : item
    if (pem === undefined) warnings.push(`certificate authority ${item.slice(0, 64)} is not known`)
    else ca.push(...authoritiesIn(pem))
  }
  return { strategy: strategy ?? 'require-and-verify', ca }
}

function authoritiesIn(pem: string): string[] {
  const certificates = certificatesIn('mutual_tls_certificate_authorities', pem)
  if (!certificates.every(({ ca }) => ca))
    throw new ActionError('ERR_TUNNEL_2228', 'a certificate authority is not one: its basicConstraints have no CA:TRUE')
  return certificates.map((certificate) => certificate.toString())
}

function certificatesIn(name: string, pem: string): X509Certificate[] {
  assertLength(name, pem)
  const texts = pem.match(CERTIFICATE) ?? []
  if (texts.length === 0) throw new ActionError('ERR_TUNNEL_2228', `${name} has no PEM certificate`)
  try {
    return texts.map((text) => new X509Certificate(text))
  } catch (cause) {
    throw new ActionError('ERR_TUNNEL_2228', `${name} has a certificate that cannot be read`, { cause })
  }
}

function assertLength(name: string, pem: string): void {
  if (pem.length > MAX_PEM_LENGTH)
    throw new ActionError('ERR_TUNNEL_2228', `${name} of ${pem.length} characters exceeds ${MAX_PEM_LENGTH}`)
}
