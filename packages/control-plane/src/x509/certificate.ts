import { type KeyObject, randomBytes, sign } from 'node:crypto'
import { bitString, elementsOf, explicit, integer, objectIdentifier, sequence, set, time, utf8String } from './der.ts'

/** What a certificate says; the extensions come from `extensions.ts`. */
export interface CertificateContent {
  /** DER `Name`, see {@link commonName}. */
  issuer: Buffer
  subject: Buffer
  notBefore: Date
  notAfter: Date
  publicKey: KeyObject
  extensions: readonly Buffer[]
}

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2'
const COMMON_NAME = '2.5.4.3'
/** ub-common-name, RFC 5280 appendix A.1. */
const MAX_COMMON_NAME_LENGTH = 64
/** RFC 5280 §4.1.2.2 allows 20; CAs are asked for 64 random bits or more. */
const SERIAL_BYTES = 16

/** A signed X.509 v3 certificate (RFC 5280 §4.1) as PEM. `signingKey` is an EC P-256 key. */
export function signCertificate(content: CertificateContent, signingKey: KeyObject): string {
  const algorithm = sequence(objectIdentifier(ECDSA_WITH_SHA256))
  const toBeSigned = sequence(
    explicit(0, integer(Buffer.of(2))),
    integer(randomBytes(SERIAL_BYTES)),
    algorithm,
    content.issuer,
    sequence(time(content.notBefore), time(content.notAfter)),
    content.subject,
    content.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...content.extensions)),
  )
  return pem(sequence(toBeSigned, algorithm, bitString(sign('sha256', toBeSigned, signingKey))))
}

/** A DER `Name` of one common name, cut to what the field holds: nothing trusts it, names are in the alternative names. */
export function commonName(text: string): Buffer {
  const value = utf8String(text.slice(0, MAX_COMMON_NAME_LENGTH))
  return sequence(set(sequence(objectIdentifier(COMMON_NAME), value)))
}

/** The subject of a certificate, as its DER `Name`: an issuer's name is repeated byte by byte. */
export function subjectOf(certificateDer: Buffer): Buffer {
  const [toBeSigned] = elementsOf(certificateDer)
  // version, serialNumber, signature, issuer, validity, subject
  return elementsOf(toBeSigned as Buffer)[5] as Buffer
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) as string[]
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
