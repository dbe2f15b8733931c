import { TunnelError } from './errors.ts'
import type { AgentMessage, EdgeMessage } from './messages.ts'

/** u32 length of the body, big-endian; then the body, JSON in UTF-8 (SPEC §2). */
const LENGTH_BYTES = 4

/** The largest control message either side takes. Holds a traffic policy, which is the largest thing that travels. */
export const MAX_MESSAGE_BYTES = 1024 * 1024

/** The largest `hello`: a stranger has not earned more. */
export const MAX_HELLO_BYTES = 16 * 1024

/** One control message as bytes. Throws 812 when it would be larger than the peer takes. */
export function encodeMessage(message: AgentMessage | EdgeMessage): Buffer {
  const body = JSON.stringify(message)
  const length = Buffer.byteLength(body)
  if (length > MAX_MESSAGE_BYTES) {
    throw new TunnelError(812, `message of ${length} bytes exceeds ${MAX_MESSAGE_BYTES}`)
  }
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES + length)
  bytes.writeUInt32BE(length, 0)
  bytes.write(body, LENGTH_BYTES, 'utf8')
  return bytes
}

/**
 * Cuts a control stream into JSON values, over any chunking. Memory is one message of at most `maxBytes`, which may be raised
 * once the peer is known. `write` throws {@link TunnelError} 812 for a longer message and 801 for a body that is not a JSON
 * object; the stream is then useless.
 */
export class MessageDecoder {
  maxBytes: number
  readonly #onMessage: (value: Record<string, unknown>) => void
  readonly #length = Buffer.alloc(LENGTH_BYTES)
  /** What is being filled: `#length`, or a body. Not a list of chunks: one-byte chunks would cost 120 bytes each. */
  #part: Buffer = this.#length
  #filledBytes = 0

  constructor(onMessage: (value: Record<string, unknown>) => void, maxBytes: number = MAX_MESSAGE_BYTES) {
    this.#onMessage = onMessage
    this.maxBytes = maxBytes
  }

  write(chunk: Buffer): void {
    for (let offset = 0; offset < chunk.length; ) {
      const copiedBytes = chunk.copy(this.#part, this.#filledBytes, offset)
      this.#filledBytes += copiedBytes
      offset += copiedBytes
      if (this.#filledBytes === this.#part.length) this.#finishPart()
    }
  }

  /** Bytes of an unfinished message. Not 0 at the end of the stream means it was cut short. */
  get bufferedBytes(): number {
    return this.#part === this.#length ? this.#filledBytes : LENGTH_BYTES + this.#filledBytes
  }

  #finishPart(): void {
    const part = this.#part
    this.#filledBytes = 0
    if (part === this.#length) {
      this.#part = this.#bodyOf(part.readUInt32BE(0))
    } else {
      this.#part = this.#length
      this.#onMessage(objectFromJson(part.toString('utf8')))
    }
  }

  #bodyOf(lengthBytes: number): Buffer {
    if (lengthBytes === 0) throw new TunnelError(801, 'message is empty')
    if (lengthBytes > this.maxBytes)
      throw new TunnelError(812, `message of ${lengthBytes} bytes exceeds ${this.maxBytes}`)
    return Buffer.allocUnsafe(lengthBytes)
  }
}

/** The parser's own error is not kept as `cause`: it quotes the text, which may hold an authtoken. */
export function objectFromJson(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new TunnelError(801, 'message is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TunnelError(801, 'message is not a JSON object')
  }
  return value as Record<string, unknown>
}
