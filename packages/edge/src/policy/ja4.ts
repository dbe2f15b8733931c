import { createHash } from 'node:crypto'
import { ByteCursor } from '../tls/byte-cursor.ts'

const SERVER_NAME = 0x0000
const SIGNATURE_ALGORITHMS = 0x000d
const ALPN = 0x0010
const SUPPORTED_VERSIONS = 0x002b

const VERSIONS: Readonly<Record<number, string>> = { 772: '13', 771: '12', 770: '11', 769: '10', 768: 's3' }

/**
 * The JA4 fingerprint of a ClientHello that came over TCP: its body, without the handshake header, as a reader has checked it.
 *
 * @see https://github.com/FoxIO-LLC/ja4/blob/main/technical_details/JA4.md
 */
export function ja4Of(body: Buffer): string {
  const hello = new ByteCursor(body)
  const legacyVersion = hello.uint16()
  hello.take(32)
  hello.vector(1)
  const ciphers = withoutGrease(codes(hello.vector(2)))
  hello.vector(1)
  const extensions = hello.left > 0 ? extensionsIn(hello.vector(2)) : new Map<number, Buffer>()
  const types = withoutGrease([...extensions.keys()])
  const first = [
    't',
    VERSIONS[highestVersion(extensions.get(SUPPORTED_VERSIONS)) ?? legacyVersion] ?? '00',
    extensions.has(SERVER_NAME) ? 'd' : 'i',
    count(ciphers),
    count(types),
    alpnMark(extensions.get(ALPN)),
  ].join('')
  const named = hexes(types.filter((type) => type !== SERVER_NAME && type !== ALPN)).sort()
  const algorithms = hexes(signatureAlgorithms(extensions.get(SIGNATURE_ALGORITHMS)))
  const last = algorithms.length > 0 ? `${named.join(',')}_${algorithms.join(',')}` : named.join(',')
  return `${first}_${digest(hexes(ciphers).sort().join(','))}_${digest(last)}`
}

/** RFC 8701: values that mean nothing. */
const isGrease = (code: number): boolean => (code & 0x0f0f) === 0x0a0a && code >> 8 === (code & 0xff)

const withoutGrease = (list: readonly number[]): number[] => list.filter((code) => !isGrease(code))

const count = (list: readonly number[]): string => String(Math.min(99, list.length)).padStart(2, '0')

const hexes = (list: readonly number[]): string[] => list.map((code) => code.toString(16).padStart(4, '0'))

const digest = (text: string): string =>
  text === '' ? '000000000000' : createHash('sha256').update(text).digest('hex').slice(0, 12)

function codes(list: ByteCursor): number[] {
  const found: number[] = []
  while (list.left >= 2) found.push(list.uint16())
  return found
}

function extensionsIn(list: ByteCursor): Map<number, Buffer> {
  const extensions = new Map<number, Buffer>()
  while (list.left > 0) {
    const type = list.uint16()
    const content = list.vector(2)
    extensions.set(type, content.take(content.left))
  }
  return extensions
}

function highestVersion(content: Buffer | undefined): number | undefined {
  if (!content) return undefined
  const versions = withoutGrease(codes(new ByteCursor(content).vector(1)))
  return versions.length === 0 ? undefined : Math.max(...versions)
}

const signatureAlgorithms = (content: Buffer | undefined): number[] =>
  content ? withoutGrease(codes(new ByteCursor(content).vector(2))) : []

/** First and last character of the first protocol; of their bytes in hex where they are no letters or digits. */
function alpnMark(content: Buffer | undefined): string {
  if (!content) return '00'
  const list = new ByteCursor(content).vector(2)
  if (list.left === 0) return '00'
  const name = list.vector(1)
  const bytes = name.take(name.left)
  if (bytes.length === 0) return '00'
  const mark = `${String.fromCharCode(bytes[0] as number)}${String.fromCharCode(bytes.at(-1) as number)}`
  if (/^[0-9A-Za-z]{2}$/.test(mark)) return mark
  const hex = bytes.toString('hex')
  return `${hex[0]}${hex.at(-1)}`
}
