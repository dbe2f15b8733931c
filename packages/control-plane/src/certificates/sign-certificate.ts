// First: the library's dependency injection looks for it while it loads.
import 'reflect-metadata'
import { type KeyObject, webcrypto } from 'node:crypto'
import { isIP, isIPv6 } from 'node:net'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

const ECDSA_P256 = { name: 'ECDSA', namedCurve: 'P-256' }
/** ub-common-name, RFC 5280 appendix A.1. */
const MAX_COMMON_NAME_LENGTH = 64

export interface Validity {
  notBefore: Date
  notAfter: Date
}

/** Keys are EC P-256. */
export interface Issuer {
  /** PEM. */
  certificate: string
  key: KeyObject
}

/** A self-signed CA that may sign leaves and no other CA, as PEM. */
export async function signAuthority(
  name: string,
  keys: { publicKey: KeyObject; privateKey: KeyObject },
  validity: Validity,
): Promise<string> {
  const publicKey = spki(keys.publicKey)
  const certificate = await X509CertificateGenerator.create({
    ...validity,
    subject: commonName(name),
    issuer: commonName(name),
    publicKey,
    signingKey: await signingKey(keys.privateKey),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(publicKey),
    ],
  })
  return pem(certificate)
}

/** A certificate for a TLS server of these DNS names, wildcards and IP addresses, as PEM. */
export async function signServer(
  names: readonly [string, ...string[]],
  serverKey: KeyObject,
  validity: Validity,
  issuer: Issuer,
): Promise<string> {
  const issuerCertificate = new X509Certificate(issuer.certificate)
  const issuerKeyId = issuerCertificate.getExtension(SubjectKeyIdentifierExtension)?.keyId
  const publicKey = spki(serverKey)
  const certificate = await X509CertificateGenerator.create({
    ...validity,
    subject: commonName(names[0]),
    issuer: issuerCertificate.subjectName,
    publicKey,
    signingKey: await signingKey(issuer.key),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      // All that TLS with an ephemeral key exchange asks for.
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(names.map(generalName)),
      await SubjectKeyIdentifierExtension.create(publicKey),
      ...(issuerKeyId === undefined ? [] : [new AuthorityKeyIdentifierExtension(issuerKeyId)]),
    ],
  })
  return pem(certificate)
}

/** Cut to what the field holds: nothing trusts it, names are in the alternative names. */
function commonName(text: string): Name {
  return new Name([{ CN: [{ utf8String: text.slice(0, MAX_COMMON_NAME_LENGTH) }] }])
}

function generalName(name: string): JsonGeneralName {
  if (isIP(name) === 0) return { type: 'dns', value: name }
  // The library reads groups in hex only; the URL parser writes `::ffff:192.0.2.1` so.
  return { type: 'ip', value: isIPv6(name) ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name }
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' })
}

function signingKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', key.export({ type: 'pkcs8', format: 'der' }), ECDSA_P256, false, ['sign'])
}

function pem(certificate: X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`
}
