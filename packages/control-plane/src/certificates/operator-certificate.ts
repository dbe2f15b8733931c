import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { ControlPlaneError, systemCodeOf } from '../errors.ts'
import { type ServerCertificate, serverCertificate } from './server-certificate.ts'

/** Paths of the certificate that an operator brings for public names. */
export interface CertificateFiles {
  /** PEM: the leaf first, then the intermediates. */
  certificate: string
  /** PEM, not encrypted. */
  key: string
}

/** What both kinds of key have a slot of their own for in a TLS server. */
export type KeyType = 'ec' | 'rsa'

export interface OperatorCertificate extends ServerCertificate {
  readonly keyType: KeyType
  /** Host names of its subject alternative names, as they stand there. A wildcard that no client accepts is none. */
  readonly names: readonly string[]
}

/** The two files as they were read. */
export interface PemPair {
  readonly chain: string
  readonly key: string
}

/** Throws `ERR_CONTROL_PLANE_CERTIFICATE_INVALID` naming the file that cannot be read. */
export async function readPemPair(files: CertificateFiles): Promise<PemPair> {
  const [chain, key] = await Promise.all([readPem(files.certificate), readPem(files.key)])
  return { chain, key }
}

/** Throws `ERR_CONTROL_PLANE_CERTIFICATE_INVALID` naming the file and what is wrong with it. */
export function operatorCertificateFrom(files: CertificateFiles, { chain, key: keyPem }: PemPair): OperatorCertificate {
  const leaf = parse(files.certificate, 'a certificate', () => new X509Certificate(chain))
  const key = parse(files.key, 'a private key without a passphrase', () => createPrivateKey(keyPem))
  if (!leaf.checkPrivateKey(key)) {
    throw invalid(files.key, `not the key of ${files.certificate} (its first certificate must be the server's own)`)
  }
  const keyType = keyTypeOf(key)
  if (!keyType) throw invalid(files.key, `a key of type ${key.asymmetricKeyType}; browsers accept ec and rsa`)
  const certificate = serverCertificate(chain, key)
  return { ...certificate, keyType, names: namesOf(leaf).filter((name) => isUsable(name, certificate)) }
}

function namesOf(leaf: X509Certificate): string[] {
  return [...(leaf.subjectAltName ?? '').matchAll(/(?:^|, )DNS:([^,\s"]+)/g)].map(([, name]) => name as string)
}

function isUsable(name: string, certificate: ServerCertificate): boolean {
  return !name.startsWith('*.') || certificate.covers(`any${name.slice(1)}`)
}

function keyTypeOf(key: KeyObject): KeyType | undefined {
  return key.asymmetricKeyType === 'ec' || key.asymmetricKeyType === 'rsa' ? key.asymmetricKeyType : undefined
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw invalid(path, `cannot be read (${systemCodeOf(cause) ?? String(cause)})`, cause)
  }
}

function parse<T>(path: string, what: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw invalid(path, `not ${what} in PEM`, cause)
  }
}

function invalid(path: string, what: string, cause?: unknown): ControlPlaneError {
  return new ControlPlaneError('ERR_CONTROL_PLANE_CERTIFICATE_INVALID', `${path}: ${what}`, { cause })
}
