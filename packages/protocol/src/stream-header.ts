import * as z from 'zod'
import { TunnelError, wireErrorSchema } from './errors.ts'
import { objectFromJson } from './frame.ts'

/**
 * The first bytes of every stream that the edge opens: whose traffic follows (SPEC §5).
 * A stream carries one upstream connection for its life; HTTP requests of several visitors may follow each other on it.
 */
export const streamHeaderSchema = z.object({
  endpointId: z.string().max(255),
  /** `http`: HTTP/1.1 messages. `raw`: bytes as they are. `tls`: the visitor's own TLS from its ClientHello on, which the edge did not open. */
  protocol: z.enum(['http', 'raw', 'tls']),
  /** The visitor that caused the stream, as `address:port`. */
  visitorAddress: z.string().max(64),
  /** Where that visitor's connection arrived at the edge, as `address:port`. */
  localAddress: z.string().max(64).optional(),
  /** What the edge knows of the visitor's TLS: everything where it terminated it, the server name where it only read that. */
  tls: z
    .object({
      serverName: z.string().max(255).optional(),
      version: z.string().max(32).optional(),
      cipher: z.string().max(64).optional(),
      /** Whom the verified client certificate names, as `CN=…, O=…`. */
      clientSubject: z.string().max(512).optional(),
    })
    .optional(),
})
export type StreamHeader = z.infer<typeof streamHeaderSchema>

/** The largest stream header or reply. */
export const MAX_STREAM_HEADER_BYTES = 8 * 1024

/** u16 length + JSON, big-endian. */
export function encodeStreamHeader(header: StreamHeader): Buffer {
  return lengthPrefixed(0, header)
}

/** u8 0: the upstream is connected and what follows comes from it. */
export const STREAM_ACCEPTED: Buffer = Buffer.of(0)

/** JSON writes a character in 6 bytes at most, so this and the rest fit {@link MAX_STREAM_HEADER_BYTES}. */
const MAX_REFUSAL_CHARACTERS = 1024

/**
 * u8 1 + u16 length + JSON of a wire error: the upstream could not be reached; the stream ends after it.
 * A longer message than 1,024 characters is cut, so that it always fits.
 */
export function encodeStreamRefused(error: TunnelError): Buffer {
  const wire = error.toWire()
  const bytes = lengthPrefixed(1, { ...wire, message: wire.message.slice(0, MAX_REFUSAL_CHARACTERS) })
  bytes[0] = 1
  return bytes
}

/**
 * Reads the stream header from the first bytes of a stream, over any chunking.
 * `write` answers `undefined` until the header is whole, then the header and the bytes after it. Throws 801 or 812.
 */
export class StreamHeaderDecoder {
  #bytes: Buffer = Buffer.alloc(0)

  write(chunk: Buffer): { header: StreamHeader; rest: Buffer } | undefined {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk])
    const json = readLengthPrefixed(this.#bytes, 0)
    if (!json) return undefined
    const header = streamHeaderSchema.safeParse(objectFromJson(json.text))
    if (!header.success) throw new TunnelError(801, 'stream header has the wrong shape', { cause: header.error })
    return { header: header.data, rest: json.rest }
  }
}

/** Reads the agent's one reply to a stream header. `write` answers `undefined` until it is whole. Throws 801 or 812. */
export class StreamReplyDecoder {
  #bytes: Buffer = Buffer.alloc(0)

  write(chunk: Buffer): { refused?: TunnelError; rest: Buffer } | undefined {
    if (this.#bytes.length === 0 && chunk[0] === 0) return { rest: chunk.subarray(1) }
    if (chunk.length === 0) return undefined
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk])
    if (this.#bytes[0] !== 1) throw new TunnelError(801, `stream reply ${this.#bytes[0]} is neither 0 nor 1`)
    const json = readLengthPrefixed(this.#bytes, 1)
    if (!json) return undefined
    const error = wireErrorSchema.safeParse(objectFromJson(json.text))
    if (!error.success) throw new TunnelError(801, 'stream reply has the wrong shape', { cause: error.error })
    return { refused: TunnelError.fromWire(error.data), rest: json.rest }
  }
}

function lengthPrefixed(leadBytes: number, value: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(value))
  if (body.length > MAX_STREAM_HEADER_BYTES) {
    throw new TunnelError(812, `stream header of ${body.length} bytes exceeds ${MAX_STREAM_HEADER_BYTES}`)
  }
  const bytes = Buffer.allocUnsafe(leadBytes + 2 + body.length)
  bytes.writeUInt16BE(body.length, leadBytes)
  body.copy(bytes, leadBytes + 2)
  return bytes
}

function readLengthPrefixed(bytes: Buffer, leadBytes: number): { text: string; rest: Buffer } | undefined {
  if (bytes.length < leadBytes + 2) return undefined
  const length = bytes.readUInt16BE(leadBytes)
  if (length > MAX_STREAM_HEADER_BYTES) {
    throw new TunnelError(812, `stream header of ${length} bytes exceeds ${MAX_STREAM_HEADER_BYTES}`)
  }
  const end = leadBytes + 2 + length
  if (bytes.length < end) return undefined
  return { text: bytes.toString('utf8', leadBytes + 2, end), rest: bytes.subarray(end) }
}
