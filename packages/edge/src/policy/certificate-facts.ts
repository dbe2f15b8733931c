import type { X509Certificate } from 'node:crypto'
import type { CertificateFacts } from '@tunnel/traffic-policy'
import { type DerElement, derElements, objectIdentifier, Tag } from './der.ts'
import { distinguishedName } from './distinguished-name.ts'

const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17'

/** By object identifier; others are shown by theirs. */
const SIGNATURE_ALGORITHMS: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.5': 'SHA1-RSA',
  '1.2.840.113549.1.1.10': 'RSA-PSS',
  '1.2.840.113549.1.1.11': 'SHA256-RSA',
  '1.2.840.113549.1.1.12': 'SHA384-RSA',
  '1.2.840.113549.1.1.13': 'SHA512-RSA',
  '1.2.840.10045.4.1': 'ECDSA-SHA1',
  '1.2.840.10045.4.3.2': 'ECDSA-SHA256',
  '1.2.840.10045.4.3.3': 'ECDSA-SHA384',
  '1.2.840.10045.4.3.4': 'ECDSA-SHA512',
  '1.3.101.112': 'Ed25519',
}

/** What rules can ask of a certificate; Node tells less of it than DER does (RFC 5280 §4.1). */
export function certificateFacts(certificate: X509Certificate): CertificateFacts {
  const { issuer, subject, signatureAlgorithm, extensions } = fieldsOf(certificate.raw)
  const names = generalNames(extensions.find(({ id }) => id === SUBJECT_ALTERNATIVE_NAME)?.value)
  return {
    pem: certificate.toString(),
    subject: distinguishedName(subject),
    issuer: distinguishedName(issuer),
    ...names,
    serialNumber: certificate.serialNumber.toLowerCase(),
    signatureAlgorithm: SIGNATURE_ALGORITHMS[signatureAlgorithm] ?? signatureAlgorithm,
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    extensions,
  }
}

const VERSION = 0xa0
const EXTENSIONS = 0xa3

/** version, serial number, signature, issuer, validity, subject, key …, extensions; outside of these the signature's algorithm again. */
function fieldsOf(raw: Buffer) {
  const [outer] = [...derElements(raw)] as [DerElement]
  const [signed, algorithm] = [...derElements(outer.content)] as [DerElement, DerElement]
  const all = [...derElements(signed.content)]
  const fields = all[0]?.tag === VERSION ? all.slice(1) : all
  const [oid] = [...derElements(algorithm.content)] as [DerElement]
  return {
    issuer: (fields[2] as DerElement).content,
    subject: (fields[4] as DerElement).content,
    signatureAlgorithm: objectIdentifier(oid.content),
    extensions: extensionsOf(fields.find(({ tag }) => tag === EXTENSIONS)),
  }
}

function extensionsOf(wrapped: DerElement | undefined): CertificateFacts['extensions'] {
  if (!wrapped) return []
  const [list] = [...derElements(wrapped.content)] as [DerElement]
  return [...derElements(list.content)].map(({ content }) => {
    const parts = [...derElements(content)]
    const critical = parts.find(({ tag }) => tag === Tag.boolean)
    const value = parts.find(({ tag }) => tag === Tag.octetString)
    return {
      id: objectIdentifier((parts[0] as DerElement).content),
      critical: critical !== undefined && critical.content[0] !== 0,
      value: value?.content ?? Buffer.alloc(0),
    }
  })
}

/** Context tags of `GeneralName` (RFC 5280 §4.2.1.6). */
const EMAIL = 0x81
const DNS = 0x82
const URI = 0x86
const IP = 0x87

type Names = Pick<CertificateFacts, 'dnsNames' | 'emailAddresses' | 'ipAddresses' | 'uris'>

function generalNames(extension: Uint8Array | undefined): Names {
  const [list] = extension ? [...derElements(Buffer.from(extension))] : []
  const all = list ? [...derElements(list.content)] : []
  const texts = (wanted: number): string[] =>
    all.filter(({ tag }) => tag === wanted).map(({ content }) => content.toString('latin1'))
  return {
    dnsNames: texts(DNS),
    emailAddresses: texts(EMAIL),
    uris: texts(URI),
    ipAddresses: all.filter(({ tag }) => tag === IP).map(({ content }) => addressText(content)),
  }
}

function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readUInt16BE(at * 2).toString(16))
  const text = groups.join(':')
  // The longest run of zeros in its short form, as RFC 5952 has it.
  const [run] = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].sort((one, other) => other[0].length - one[0].length)
  if (!run) return text
  return `${text.slice(0, run.index)}::${text.slice(run.index + run[0].length).replace(/^:/, '')}`
}
