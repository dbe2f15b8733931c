import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { readDataFile, writeDataFile } from '../data/data-file.ts'
import { ControlPlaneError } from '../errors.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const AUTHORITY_LIFETIME_DAYS = 3650
/** Well below the 397 days that clients accept. */
const LEAF_LIFETIME_DAYS = 90
/** For clients whose clock is behind. */
const BACKDATED_MS = 60 * 60 * 1000

/** Where the authority's two halves lie. */
export interface AuthorityFiles {
  certificate: string
  key: string
}

/** The edge's own certificate authority: agents trust it by its fingerprint. */
export class CertificateAuthority {
  /** PEM. */
  readonly certificate: string
  /** SHA-256 of the certificate's DER, lowercase hex. */
  readonly fingerprint: string
  readonly #key: KeyObject
  readonly #notAfter: number

  constructor(certificate: X509Certificate, key: KeyObject) {
    this.certificate = certificate.toString()
    this.fingerprint = fingerprintOf(certificate)
    this.#key = key
    this.#notAfter = Date.parse(certificate.validTo)
  }

  /**
   * A server certificate for DNS names, wildcards and IP addresses, valid for 90 days, as the PEM chain to send:
   * the leaf and then the CA's own certificate, which an agent has to see in order to compare its fingerprint.
   */
  async issue(names: readonly [string, ...string[]], publicKey: KeyObject, now: number): Promise<string> {
    const { signServer } = await loadSigning()
    const validity = {
      notBefore: new Date(now - BACKDATED_MS),
      notAfter: new Date(Math.min(now + LEAF_LIFETIME_DAYS * DAY_MS, this.#notAfter)),
    }
    const leaf = await signServer(names, publicKey, validity, { certificate: this.certificate, key: this.#key })
    return leaf + this.certificate
  }
}

/** The X.509 library takes 0.1 s and 20 MB to load, and commands that only read the data directory sign nothing. */
const loadSigning = (): Promise<typeof import('./sign-certificate.ts')> => import('./sign-certificate.ts')

/**
 * The authority in `files`, made now where there is none (ECDSA P-256, 10 years, named for `edgeHost`).
 * Throws `ERR_CONTROL_PLANE_DATA_INVALID` when the files are not an authority that this edge made, and
 * `ERR_CONTROL_PLANE_AUTHORITY_EXPIRED` after its 10 years.
 */
export async function keepAuthority(
  files: AuthorityFiles,
  edgeHost: string,
  now: number,
): Promise<CertificateAuthority> {
  const certificate = await readDataFile(files.certificate)
  // The key is written first: without a certificate nobody has trusted it yet.
  if (!certificate) return makeAuthority(files, edgeHost, now)
  return authorityFrom(files, certificate, await readDataFile(files.key), now)
}

async function makeAuthority(files: AuthorityFiles, edgeHost: string, now: number): Promise<CertificateAuthority> {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { signAuthority } = await loadSigning()
  const pem = await signAuthority(`Tunnel CA of ${edgeHost}`, keys, {
    notBefore: new Date(now - BACKDATED_MS),
    notAfter: new Date(now + AUTHORITY_LIFETIME_DAYS * DAY_MS),
  })
  await writeDataFile(files.key, keys.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  await writeDataFile(files.certificate, pem)
  return new CertificateAuthority(new X509Certificate(pem), keys.privateKey)
}

function authorityFrom(
  files: AuthorityFiles,
  certificatePem: Buffer,
  keyPem: Buffer | undefined,
  now: number,
): CertificateAuthority {
  const invalid = (path: string, what: string, cause?: unknown): ControlPlaneError =>
    new ControlPlaneError('ERR_CONTROL_PLANE_DATA_INVALID', `${path}: ${what}`, { cause })
  if (!keyPem) throw invalid(files.key, 'missing beside ca.crt; restore it, or remove ca.crt and pair all agents again')
  let certificate: X509Certificate
  let key: KeyObject
  try {
    certificate = new X509Certificate(certificatePem)
  } catch (cause) {
    throw invalid(files.certificate, 'not a certificate in PEM', cause)
  }
  try {
    key = createPrivateKey(keyPem)
  } catch (cause) {
    throw invalid(files.key, 'not a private key in PEM', cause)
  }
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw invalid(files.key, 'not an ECDSA P-256 key')
  if (!certificate.checkPrivateKey(key)) throw invalid(files.key, 'not the key of ca.crt')
  if (!certificate.ca) throw invalid(files.certificate, 'not a CA certificate')
  if (Date.parse(certificate.validTo) <= now) {
    throw new ControlPlaneError(
      'ERR_CONTROL_PLANE_AUTHORITY_EXPIRED',
      `${files.certificate}: expired on ${certificate.validTo}; remove ca.crt and ca.key and pair all agents again`,
    )
  }
  return new CertificateAuthority(certificate, key)
}

function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase()
}
