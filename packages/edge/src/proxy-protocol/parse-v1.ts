import { isIPv4, isIPv6 } from 'node:net'
import type { PeerAddress } from '../peer-address.ts'
import { type ProxyHeader, ProxyHeaderError } from './proxy-header.ts'

/** With its CRLF. */
export const MAX_V1_BYTES = 107

/**
 * The text header: `PROXY TCP4 192.0.2.1 198.51.100.1 40000 443` and CRLF. `undefined` until the line is whole.
 * Throws {@link ProxyHeaderError}.
 *
 * @see https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt §2.1
 */
export function parseV1(bytes: Buffer): { header: ProxyHeader; length: number } | undefined {
  const lineEnd = bytes.subarray(0, MAX_V1_BYTES).indexOf('\r\n')
  if (lineEnd < 0) {
    if (bytes.length < MAX_V1_BYTES) return undefined
    throw new ProxyHeaderError(`no line end within ${MAX_V1_BYTES} bytes`)
  }
  return { header: headerOf(bytes.toString('latin1', 0, lineEnd)), length: lineEnd + 2 }
}

function headerOf(line: string): ProxyHeader {
  const [, family, from = '', to = '', fromPort = '', toPort = '', ...more] = line.split(' ')
  // What follows UNKNOWN must be ignored.
  if (family === 'UNKNOWN') return {}
  if ((family !== 'TCP4' && family !== 'TCP6') || more.length > 0)
    throw new ProxyHeaderError('not TCP4, TCP6 or UNKNOWN')
  const end = (address: string, port: string): PeerAddress => ({
    address: checkedAddress(family, address),
    port: checkedPort(port),
  })
  return { ends: { visitor: end(from, fromPort), local: end(to, toPort) } }
}

function checkedAddress(family: 'TCP4' | 'TCP6', address: string): string {
  // A zone (fe80::1%eth0) has a meaning on the sender's machine only.
  const isValid = family === 'TCP4' ? isIPv4(address) : isIPv6(address) && !address.includes('%')
  if (isValid) return address
  throw new ProxyHeaderError(`${family} with an address that is none`)
}

function checkedPort(port: string): number {
  if (/^(0|[1-9]\d{0,4})$/.test(port) && Number(port) <= 65535) return Number(port)
  throw new ProxyHeaderError('a port is not a number from 0 to 65535')
}
