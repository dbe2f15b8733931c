import { createHash, type KeyObject } from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'
import { bitString, boolean, implicit, integer, objectIdentifier, octetString, sequence } from './der.ts'

/** Extensions of RFC 5280 §4.2, each as one DER `Extension`. */
function extension(oid: string, critical: boolean, value: Uint8Array): Buffer {
  return sequence(objectIdentifier(oid), ...(critical ? [boolean(true)] : []), octetString(value))
}

/** §4.2.1.9. A CA that may sign leaves and no other CA. */
export const basicConstraintsOfAuthority = (): Buffer =>
  extension('2.5.29.19', true, sequence(boolean(true), integer(Buffer.of(0))))

export const basicConstraintsOfLeaf = (): Buffer => extension('2.5.29.19', true, sequence())

/** §4.2.1.3. keyCertSign is bit 5, cRLSign bit 6, counted from the left. */
export const keyUsageOfAuthority = (): Buffer => extension('2.5.29.15', true, bitString(Buffer.of(0b0000_0110), 1))

/** §4.2.1.3. digitalSignature is bit 0: all that TLS with an ephemeral key exchange asks for. */
export const keyUsageOfLeaf = (): Buffer => extension('2.5.29.15', true, bitString(Buffer.of(0b1000_0000), 7))

/** §4.2.1.12. serverAuth only. */
export const serverAuthentication = (): Buffer =>
  extension('2.5.29.37', false, sequence(objectIdentifier('1.3.6.1.5.5.7.3.1')))

/** §4.2.1.6. Names may be DNS names, wildcards and IP addresses. */
export const subjectAlternativeNames = (names: readonly string[]): Buffer =>
  extension('2.5.29.17', false, sequence(...names.map(generalName)))

function generalName(name: string): Buffer {
  if (isIPv4(name)) return implicit(7, Buffer.from(name.split('.').map(Number)))
  if (isIPv6(name)) return implicit(7, ipv6Bytes(name))
  return implicit(2, Buffer.from(name, 'latin1'))
}

function ipv6Bytes(address: string): Buffer {
  // The URL parser writes any form of an address in one: groups in hex, at most one `::`.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = '', tail] = canonical.split('::')
  const groups = (text: string): string[] => text.split(':').filter(Boolean)
  const left = groups(head)
  const right = groups(tail ?? '')
  const zeros = Array<string>(8 - left.length - right.length).fill('0')
  return Buffer.from([...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join(''), 'hex')
}

/** §4.2.1.2. The truncated SHA-256 of RFC 7093 §2, taken over the whole SubjectPublicKeyInfo. */
export function keyIdentifier(publicKey: KeyObject): Buffer {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20)
}

export const subjectKeyIdentifier = (publicKey: KeyObject): Buffer =>
  extension('2.5.29.14', false, octetString(keyIdentifier(publicKey)))

/** §4.2.1.1. Names the issuer's key, so that a verifier with several CAs of one name finds the right one. */
export const authorityKeyIdentifier = (issuerKey: KeyObject): Buffer =>
  extension('2.5.29.35', false, sequence(implicit(0, keyIdentifier(issuerKey))))
