import type { DistinguishedName } from '@tunnel/traffic-policy'
import { type DerElement, derElements, objectIdentifier } from './der.ts'

/** Attributes of RFC 4519 by their object identifier: the short name of RFC 2253, and the member of the variable. */
const ATTRIBUTES: Readonly<Record<string, { short: string; member?: Exclude<keyof DistinguishedName, 'text'> }>> = {
  '2.5.4.3': { short: 'CN', member: 'commonName' },
  '2.5.4.5': { short: 'SERIALNUMBER' },
  '2.5.4.6': { short: 'C', member: 'country' },
  '2.5.4.7': { short: 'L', member: 'locality' },
  '2.5.4.8': { short: 'ST', member: 'province' },
  '2.5.4.9': { short: 'STREET', member: 'streetAddress' },
  '2.5.4.10': { short: 'O', member: 'organization' },
  '2.5.4.11': { short: 'OU', member: 'organizationalUnit' },
  '2.5.4.17': { short: 'POSTALCODE', member: 'postalCode' },
  '0.9.2342.19200300.100.1.25': { short: 'DC' },
  '0.9.2342.19200300.100.1.1': { short: 'UID' },
}

const BMP_STRING = 30
const LATIN1_STRING = 20

/** A `Name` of RFC 5280 §4.1.2.4. Its text is that of RFC 2253: the last attribute first. */
export function distinguishedName(name: Buffer): DistinguishedName {
  const members: Record<string, string[]> = {}
  const texts: string[] = []
  for (const { content: set } of derElements(name)) {
    const parts: string[] = []
    for (const { content: attribute } of derElements(set)) {
      const [type, value] = [...derElements(attribute)] as [DerElement, DerElement]
      const oid = objectIdentifier(type.content)
      const { short = oid, member } = ATTRIBUTES[oid] ?? {}
      const text = stringOf(value)
      parts.push(`${short}=${escaped(text)}`)
      if (member !== undefined) members[member] = [...(members[member] ?? []), text]
    }
    texts.unshift(parts.join('+'))
  }
  const { commonName = [], ...lists } = members
  return { text: texts.join(','), commonName: commonName.at(-1) ?? '', ...lists }
}

function stringOf({ tag, content }: DerElement): string {
  if (tag === BMP_STRING) return Buffer.from(content).swap16().toString('utf16le')
  return content.toString(tag === LATIN1_STRING ? 'latin1' : 'utf8')
}

/** RFC 2253 §2.4 */
const escaped = (text: string): string => text.replace(/[,+"\\<>;]|^[ #]| $/g, '\\$&')
