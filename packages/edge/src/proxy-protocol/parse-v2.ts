import type { PeerAddress } from '../peer-address.ts'
import { type ProxyHeader, ProxyHeaderError } from './proxy-header.ts'

export const V2_SIGNATURE: Buffer = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')

/** Signature, u8 version and command, u8 family and transport, u16 length of the rest. */
const FIXED_BYTES = 16

/** Addresses and TLVs. The format allows 65,535; what load balancers send, client certificates' names included, is far below. */
export const MAX_V2_BODY_BYTES = 4096

const LOCAL = 0x20
const PROXY = 0x21

/** By u8 family and transport: bytes of both addresses and ports. Only TCP over IP has ends that mean something here. */
const ADDRESS_BYTES: Readonly<Record<number, number>> = { 0: 0, 17: 12, 33: 36, 49: 216 }

/**
 * The binary header. `undefined` until it is whole. TLVs must be well formed, whatever their type, and are skipped: those of ALPN and authority repeat
 * what the ClientHello and the request say to this edge itself, which ends the TLS, and SSL speaks of a TLS that ended elsewhere, where nobody was asked
 * for what an endpoint demands.
 * Throws {@link ProxyHeaderError}.
 *
 * @see https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt §2.2
 */
export function parseV2(bytes: Buffer): { header: ProxyHeader; length: number } | undefined {
  if (bytes.length < FIXED_BYTES) return undefined
  const command = bytes[12]
  const family = bytes[13] as number
  const bodyBytes = bytes.readUInt16BE(14)
  if (command !== LOCAL && command !== PROXY)
    throw new ProxyHeaderError(`version and command ${command} are not 32 or 33`)
  if (bodyBytes > MAX_V2_BODY_BYTES)
    throw new ProxyHeaderError(`body of ${bodyBytes} bytes exceeds ${MAX_V2_BODY_BYTES}`)
  if (bytes.length < FIXED_BYTES + bodyBytes) return undefined
  const body = bytes.subarray(FIXED_BYTES, FIXED_BYTES + bodyBytes)
  const length = FIXED_BYTES + bodyBytes
  // Of a LOCAL connection everything else must be ignored.
  if (command === LOCAL) return { header: {}, length }
  const addressBytes = ADDRESS_BYTES[family]
  if (addressBytes === undefined) throw new ProxyHeaderError(`address family and transport ${family} are not TCP`)
  if (body.length < addressBytes)
    throw new ProxyHeaderError(`${body.length} bytes hold no ${addressBytes} of addresses`)
  assertTlvs(body, addressBytes)
  return { header: headerOf(family, body), length }
}

function headerOf(family: number, body: Buffer): ProxyHeader {
  if (family === 0x11) {
    const end = (at: number, portAt: number): PeerAddress => ({
      address: body.subarray(at, at + 4).join('.'),
      port: body.readUInt16BE(portAt),
    })
    return { ends: { visitor: end(0, 8), local: end(4, 10) } }
  }
  if (family === 0x21) {
    const end = (at: number, portAt: number): PeerAddress => ({
      address: ipv6Of(body.subarray(at, at + 16)),
      port: body.readUInt16BE(portAt),
    })
    return { ends: { visitor: end(0, 32), local: end(16, 34) } }
  }
  return {}
}

/** The canonical text (RFC 5952), which `URL` writes; an IPv4 address in IPv6 form as IPv4. */
function ipv6Of(bytes: Buffer): string {
  if (bytes.subarray(0, 12).toString('hex') === '00000000000000000000ffff') return bytes.subarray(12).join('.')
  const groups = bytes.toString('hex').match(/.{4}/g) as string[]
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}

/** Each u8 type, u16 length, value; together exactly what is left. */
function assertTlvs(body: Buffer, from: number): void {
  let at = from
  while (at + 3 <= body.length) at += 3 + body.readUInt16BE(at + 1)
  if (at !== body.length) throw new ProxyHeaderError('the last TLV is cut short')
}
