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
const STATUS_OF_INDEX: Readonly<Record<number, number>> = { 136: 200, 140: 400, 141: 404, 142: 500 }

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

function outcomeIn({ bytes }: RawConnection): number | 'reset' | undefined {
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    const type = bytes[at + 3]
    if (type === FRAME.rstStream || type === FRAME.goAway) return 'reset'
    if (type === FRAME.headers && bytes.length > at + 9) return STATUS_OF_INDEX[bytes[at + 9] as number] ?? 0
  }
  return undefined
}

/** A connection to an endpoint that has said that it speaks HTTP/2, and nothing else. */
export async function openRawHttp2(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url)
  const connection = await openTls({ port: Number(port), serverName: hostname, protocols: ['h2'] })
  connection.send('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  return connection.send(frame(FRAME.settings, 0, 0, Buffer.alloc(0)))
}

/** The fields of a plain request to an endpoint. */
export function requestBlock(url: string, method = 'GET'): Buffer {
  return headerBlock([
    [':method', method],
    [':scheme', 'https'],
    [':path', '/'],
    [':authority', new URL(url).host],
  ])
}

export function headerBlock(fields: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(fields.map(literalField))
}

/** The error code of the GOAWAY that a connection was ended with; `undefined` without one. */
export function goAwayCode({ bytes }: RawConnection): number | undefined {
  let code: number | undefined
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    if (bytes[at + 3] === FRAME.goAway && at + 17 <= bytes.length) code = bytes.readUInt32BE(at + 13)
  }
  return code
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
