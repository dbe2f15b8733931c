import { openTls, type RawConnection } from './raw-connection.ts'
import { until } from './until.ts'

export const FRAME = {
  data: 0,
  headers: 1,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const
export const END_STREAM = 0x01
export const END_HEADERS = 0x04
const END_STREAM_AND_HEADERS = END_STREAM | END_HEADERS

/** HPACK static table: the statuses that have an index of their own. */
const STATUS_OF_INDEX: Readonly<Record<number, number>> = {
  136: 200,
  137: 204,
  139: 304,
  140: 400,
  141: 404,
  142: 500,
}

/** Sends fields that `node:http2` refuses to send, as a request without a body. Answers its status, or that it was reset. */
export async function rawHttp2Request(
  url: string,
  fields: readonly (readonly [string, string])[],
): Promise<number | 'reset'> {
  const connection = await openRawHttp2(url)
  connection.send(frame(FRAME.headers, END_STREAM_AND_HEADERS, 1, headerBlock(fields)))
  let outcome: number | 'reset' | undefined
  await until(() => {
    outcome = outcomeIn(connection)
    return outcome !== undefined
  }, 'an answer over HTTP/2')
  connection.socket.destroy()
  return outcome as number | 'reset'
}

function outcomeIn(connection: RawConnection): number | 'reset' | undefined {
  for (const { type, payload } of framesOf(connection)) {
    if (type === FRAME.rstStream || type === FRAME.goAway) return 'reset'
    if (type === FRAME.headers) return statusIn(payload)
  }
  return undefined
}

export interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

/** The whole frames that a connection has received. */
export function* framesOf({ bytes }: RawConnection): Generator<Frame> {
  for (let at = 0; at + 9 <= bytes.length; ) {
    const end = at + 9 + bytes.readUIntBE(at, 3)
    if (end > bytes.length) return
    const [type, flags] = [bytes[at + 3] as number, bytes[at + 4] as number]
    yield { type, flags, stream: bytes.readUInt32BE(at + 5) & 0x7fffffff, payload: bytes.subarray(at + 9, end) }
    at = end
  }
}

/** The status at the beginning of a header block: an index, or a literal of three digits with a Huffman code or without (RFC 7541 §6, appendix B). */
export function statusIn(whole: Buffer): number {
  // A size update of the dynamic table to 0 may come first (§6.3).
  const block = whole[0] === 0x20 ? whole.subarray(1) : whole
  const indexed = STATUS_OF_INDEX[block[0] as number]
  if (indexed !== undefined) return indexed
  const length = block[1] as number
  const value = block.subarray(2, 2 + (length & 0x7f))
  if (length < 0x80) return Number(value.toString('latin1'))
  let bits = [...value].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  let digits = ''
  while (digits.length < 3) {
    const short = Number.parseInt(bits.slice(0, 5), 2)
    digits += short < 3 ? short : Number.parseInt(bits.slice(0, 6), 2) - 0b011001 + 3
    bits = bits.slice(short < 3 ? 5 : 6)
  }
  return Number(digits)
}

/** A connection to an endpoint that has said that it speaks HTTP/2, and nothing else. */
export async function openRawHttp2(
  url: string,
  settings: { ca?: string; ownSettings?: Buffer } = {},
): Promise<RawConnection> {
  const { hostname, port } = new URL(url)
  const { ca, ownSettings = Buffer.alloc(0) } = settings
  const connection = await openTls({ port: Number(port), serverName: hostname, protocols: ['h2'], ...(ca && { ca }) })
  connection.send('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  return connection.send(frame(FRAME.settings, 0, 0, ownSettings))
}

/** The fields of a plain request to an endpoint. */
export function requestBlock(url: string, method = 'GET', path = '/'): Buffer {
  return headerBlock([
    [':method', method],
    [':scheme', 'https'],
    [':path', path],
    [':authority', new URL(url).host],
  ])
}

export function headerBlock(fields: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(fields.map(literalField))
}

/** The error code of the GOAWAY that a connection was ended with; `undefined` without one. */
export function goAwayCode(connection: RawConnection): number | undefined {
  const last = [...framesOf(connection)].findLast(({ type }) => type === FRAME.goAway)
  return last?.payload.readUInt32BE(4)
}

/** u24 length, u8 type, u8 flags, u32 stream (RFC 9113 §4.1). */
export function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** Literal without indexing, new name, no Huffman (RFC 7541 §6.2.2). Lengths here stay under 127. */
function literalField([name, value]: readonly [string, string]): Buffer {
  return Buffer.concat([
    Buffer.of(0, name.length),
    Buffer.from(name, 'latin1'),
    Buffer.of(value.length),
    Buffer.from(value, 'latin1'),
  ])
}
