import type { X509Certificate } from 'node:crypto'
import type { HeaderList } from '@tunnel/http'
import { certificateFacts } from '../policy/certificate-facts.ts'

/** Of one field, in characters. Names are bounded by nothing but the authority that signed them. */
const MAX_VALUE_LENGTH = 2048

/** Both are the edge's own: from a visitor neither passes. Upstreams of ngrok's endpoints look for the second. */
const PREFIXES = ['Tunnel-Mtls-', 'Ngrok-Mtls-']

/** Request fields that tell an upstream whose verified certificate the visitor has (reference edge-and-api.md §2.5). Empty ones are left out. */
export function identityFields(certificate: X509Certificate): HeaderList {
  const { subject, dnsNames, emailAddresses, serialNumber } = certificateFacts(certificate)
  const values: readonly [name: string, value: string][] = [
    ['Subject-Cn', subject.commonName],
    ['Subject-Alt-Name-Dns', dnsNames.join(',')],
    ['Email-Addresses', emailAddresses.join(',')],
    ['Serial-Number', serialNumber],
  ]
  const given = values.filter(([, value]) => value !== '')
  return PREFIXES.flatMap((prefix) => given.flatMap(([name, value]) => [prefix + name, fieldValue(value)]))
}

/** A name may hold any character; what a field cannot hold is percent-encoded, and so is the percent sign. */
function fieldValue(text: string): string {
  // Through UTF-8, which has no half of a character.
  const whole = Buffer.from(text).toString()
  const encoded = whole.replace(/[^\x20-\x24\x26-\x7e]|^ | $/gu, encodeURIComponent)
  return encoded.slice(0, MAX_VALUE_LENGTH)
}
