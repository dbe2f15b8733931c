import { TunnelError } from '@tunnel/protocol'

/** Reads a structure of TLS (RFC 8446 §3) from its bytes. Every read beyond the end throws {@link malformedHello}. */
export class ByteCursor {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  uint8(): number {
    return this.take(1).readUInt8()
  }

  uint16(): number {
    return this.take(2).readUInt16BE()
  }

  take(length: number): Buffer {
    if (length > this.left) throw malformedHello(`${length} bytes announced, ${this.left} left`)
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  /** A vector: its length in `lengthBytes` bytes, then that many bytes. */
  vector(lengthBytes: 1 | 2): ByteCursor {
    return new ByteCursor(this.take(lengthBytes === 1 ? this.uint8() : this.uint16()))
  }

  ascii(): string {
    return this.take(this.left).toString('latin1')
  }
}

/** What cannot be the beginning of a TLS connection (3002). */
export function malformedHello(why: string): TunnelError {
  return new TunnelError(3002, `no TLS ClientHello: ${why}`)
}
