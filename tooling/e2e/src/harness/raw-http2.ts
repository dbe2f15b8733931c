import { openTls, type RawConnection } from './raw-connection.ts'
import { until } from './until.ts'

const FRAME = { headers: 1, rstStream: 3, settings: 4, goAway: 7 } as const
const END_STREAM_AND_HEADERS = 0x05

/** HPACK static table: the statuses that have an index of their own. */
const STATUS_OF_INDEX: Readonly<Record<number, number>> = { 136: 200, 140: 400, 141: 404, 142: 500 }

/** Sends fields that `node:http2` refuses to send, as a request without a body. Answers its status, or that it was reset. */
export async function rawHttp2Request(
  url: string,
  fields: readonly (readonly [string, string])[],
): Promise<number | 'reset'> {
  const { hostname, port } = new URL(url)
  const connection = await openTls({ port: Number(port), serverName: hostname, protocols: ['h2'] })
  connection.send('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  connection.send(frame(FRAME.settings, 0, 0, Buffer.alloc(0)))
  connection.send(frame(FRAME.headers, END_STREAM_AND_HEADERS, 1, Buffer.concat(fields.map(literalField))))
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

/** u24 length, u8 type, u8 flags, u32 stream (RFC 9113 §4.1). */
function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
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
