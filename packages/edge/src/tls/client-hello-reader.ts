import { TunnelError } from '@tunnel/protocol'
import { malformedHello } from './byte-cursor.ts'
import { type ClientHello, parseClientHello } from './client-hello.ts'

const HANDSHAKE = 22
const CLIENT_HELLO = 1
/** u8 content type + u16 version + u16 length, big-endian (RFC 8446 §5.1). */
const RECORD_HEADER_BYTES = 5
const MAX_RECORD_BYTES = 16 * 1024
/** u8 message type + u24 length. */
const MESSAGE_HEADER_BYTES = 4

/**
 * Reads the ClientHello at the beginning of a connection over any chunking, and over any number of TLS records.
 * `write` answers `undefined` until it is whole. Throws {@link TunnelError} 3002 for what is no ClientHello as soon as that shows, and
 * for one that needs more than `maxBytes` on the wire. `bytes` are all that were written: whoever goes on with the connection wants them.
 */
export class ClientHelloReader {
  readonly #maxBytes: number
  #chunks: Buffer[] = []
  /** Handshake bytes without the record headers between them. */
  #message: Buffer = Buffer.alloc(0)
  #unread: Buffer = Buffer.alloc(0)
  #readBytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Everything that was written, in order. */
  get bytes(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0] ?? Buffer.alloc(0)
  }

  /** The ClientHello without its handshake header, once it is whole. */
  get body(): Buffer {
    return this.#message.subarray(MESSAGE_HEADER_BYTES)
  }

  write(chunk: Buffer): ClientHello | undefined {
    this.#chunks.push(chunk)
    this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk])
    for (;;) {
      const hello = this.#hello()
      if (hello) return hello
      if (!this.#readRecord()) return undefined
    }
  }

  /** Moves the next record's content to the message. `false` when it has not arrived whole. */
  #readRecord(): boolean {
    const bytes = this.#unread
    if (bytes.length > 0 && bytes[0] !== HANDSHAKE) throw malformedHello(`it begins with byte ${bytes[0]}, not 22`)
    if (bytes.length > 1 && bytes[1] !== 3) throw malformedHello(`record version ${bytes[1]}.x`)
    if (bytes.length < RECORD_HEADER_BYTES) return false
    const length = bytes.readUInt16BE(3)
    if (length === 0 || length > MAX_RECORD_BYTES) throw malformedHello(`a record of ${length} bytes`)
    const end = RECORD_HEADER_BYTES + length
    this.#assertWithin(this.#readBytes + end)
    if (bytes.length < end) {
      this.#checkType(this.#message.length > 0 ? this.#message : bytes.subarray(RECORD_HEADER_BYTES))
      return false
    }
    this.#message = Buffer.concat([this.#message, bytes.subarray(RECORD_HEADER_BYTES, end)])
    this.#unread = bytes.subarray(end)
    this.#readBytes += end
    return true
  }

  #hello(): ClientHello | undefined {
    const message = this.#message
    this.#checkType(message)
    if (message.length < MESSAGE_HEADER_BYTES) return undefined
    const end = MESSAGE_HEADER_BYTES + message.readUIntBE(1, 3)
    this.#assertWithin(end)
    if (message.length < end) return undefined
    if (message.length > end) throw malformedHello(`${message.length - end} bytes after it in its record`)
    return parseClientHello(message.subarray(MESSAGE_HEADER_BYTES))
  }

  #checkType(message: Buffer): void {
    if (message.length > 0 && message[0] !== CLIENT_HELLO)
      throw malformedHello(`a handshake message of type ${message[0]}`)
  }

  #assertWithin(bytes: number): void {
    if (bytes <= this.#maxBytes) return
    throw new TunnelError(3002, `a TLS ClientHello of ${bytes} bytes exceeds maxClientHelloBytes ${this.#maxBytes}`)
  }
}
