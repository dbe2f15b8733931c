import { isIPv4, isIPv6 } from 'node:net'
import type { StreamHeader } from '@tunnel/protocol'

export type ProxyProtocolVersion = 1 | 2

/**
 * The PROXY protocol header that tells an upstream whose connection it gets, from what the edge says of it. A visitor whose address cannot be
 * told is one of whom nothing is said (`UNKNOWN`), never one with the agent's address.
 *
 * @see https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt
 */
export function proxyHeader(version: ProxyProtocolVersion, header: StreamHeader): Buffer {
  const visitor = parseEnd(header.visitorAddress)
  // An older edge does not say where the visitor arrived.
  const local = parseEnd(header.localAddress ?? '') ?? { address: '0.0.0.0', port: 0 }
  const ends = visitor && sameFamily(visitor, local)
  return version === 1 ? textHeader(ends) : binaryHeader(ends)
}

interface End {
  address: string
  port: number
}

interface Ends {
  family: 4 | 6
  from: End
  to: End
}

/** `192.0.2.1:40000`, `[2001:db8::1]:40000`; without a port from an older edge. */
function parseEnd(text: string): End | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text)
  const address = match?.[1] ?? match?.[2] ?? text
  const port = Number(match?.[3] ?? 0)
  const isValid = (isIPv4(address) || (isIPv6(address) && !address.includes('%'))) && port <= 65535
  return isValid ? { address, port } : undefined
}

/** A header has one family for both ends: an IPv4 one is written in IPv6 form beside one that is not. */
function sameFamily(from: End, to: End): Ends {
  const family = isIPv4(from.address) && isIPv4(to.address) ? 4 : 6
  const inFamily = ({ address, port }: End): End => ({
    address: family === 6 && isIPv4(address) ? `::ffff:${address}` : address,
    port,
  })
  return { family, from: inFamily(from), to: inFamily(to) }
}

function textHeader(ends: Ends | undefined): Buffer {
  if (!ends) return Buffer.from('PROXY UNKNOWN\r\n')
  const { family, from, to } = ends
  return Buffer.from(`PROXY TCP${family} ${from.address} ${to.address} ${from.port} ${to.port}\r\n`)
}

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')

/** Signature, u8 version 2 and command PROXY, u8 family and TCP, u16 length, both addresses, both u16 ports; big-endian. */
function binaryHeader(ends: Ends | undefined): Buffer {
  if (!ends) return Buffer.concat([SIGNATURE, Buffer.of(0x21, 0x00, 0, 0)])
  const { family, from, to } = ends
  const ports = Buffer.alloc(4)
  ports.writeUInt16BE(from.port, 0)
  ports.writeUInt16BE(to.port, 2)
  const addresses = [addressBytes(from.address, family), addressBytes(to.address, family)]
  const bodyBytes = family === 4 ? 12 : 36
  return Buffer.concat([SIGNATURE, Buffer.of(0x21, family === 4 ? 0x11 : 0x21, 0, bodyBytes), ...addresses, ports])
}

function addressBytes(address: string, family: 4 | 6): Buffer {
  if (family === 4) return Buffer.from(address.split('.').map(Number))
  // `URL` writes every form in hexadecimal groups, with at most one `::`.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'))
  const before = groups(head)
  const after = groups(tail ?? '')
  const zeros = Array<string>(8 - before.length - after.length).fill('0')
  return Buffer.from([...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join(''), 'hex')
}
