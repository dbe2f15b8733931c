import { TunnelError } from './errors.ts'

/** u32 length of the body, big-endian; then the body, JSON in UTF-8 (SPEC §2). */
const LENGTH_BYTES = 4

/** The largest control message either side takes. Holds a traffic policy, which is the largest thing that travels. */
export const MAX_MESSAGE_BYTES = 1024 * 1024

/** The largest `hello`: a stranger has not earned more. */
export const MAX_HELLO_BYTES = 16 * 1024

/** One control message as bytes. Throws 812 when it would be larger than the peer takes. */
export function encodeMessage(message: { type: string }): Buffer {
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
 * Cuts a control stream into JSON values. Memory is bounded by `maxBytes`, which may be raised once the peer is known.
 * `write` throws {@link TunnelError} 812 for a longer message and 801 for a body that is not a JSON object; the stream is then useless.
 */
export class MessageDecoder {
  maxBytes: number
  readonly #onMessage: (value: Record<string, unknown>) => void
  #pending: Buffer[] = []
  #pendingBytes = 0
  /** Pieces are joined only when this much is there: a message in many small pieces is copied twice at most. */
  #neededBytes = LENGTH_BYTES

  constructor(onMessage: (value: Record<string, unknown>) => void, maxBytes: number = MAX_MESSAGE_BYTES) {
    this.#onMessage = onMessage
    this.maxBytes = maxBytes
  }

  write(chunk: Buffer): void {
    this.#pending.push(chunk)
    this.#pendingBytes += chunk.length
    while (this.#pendingBytes >= this.#neededBytes) {
      const bytes = this.#joined()
      const length = bytes.readUInt32BE(0)
      if (length > this.maxBytes) throw new TunnelError(812, `message of ${length} bytes exceeds ${this.maxBytes}`)
      const end = LENGTH_BYTES + length
      if (bytes.length < end) {
        this.#neededBytes = end
        return
      }
      this.#neededBytes = LENGTH_BYTES
      this.#pending = bytes.length > end ? [bytes.subarray(end)] : []
      this.#pendingBytes = bytes.length - end
      this.#onMessage(objectFromJson(bytes.toString('utf8', LENGTH_BYTES, end)))
    }
  }

  /** Bytes of an unfinished message. Not 0 at the end of the stream means it was cut short. */
  get bufferedBytes(): number {
    return this.#pendingBytes
  }

  #joined(): Buffer {
    if (this.#pending.length > 1) this.#pending = [Buffer.concat(this.#pending, this.#pendingBytes)]
    return this.#pending[0] as Buffer
  }
}

export function objectFromJson(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new TunnelError(801, 'message is not JSON', { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TunnelError(801, 'message is not a JSON object')
  }
  return value as Record<string, unknown>
}
