import { HttpError } from './errors.ts'

/** Bytes that came before anybody wanted them, by reference and in order. */
export class HeldBytes {
  /** Bytes held. */
  length = 0
  #chunks: Buffer[] = []
  readonly #maxBytes: number

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** @throws HttpError `ERR_HTTP_PIPELINE_TOO_LARGE` */
  push(chunk: Buffer): void {
    if (chunk.length === 0) return
    this.length += chunk.length
    if (this.length > this.#maxBytes) {
      const message = `${this.length} bytes held exceed maxPipelinedBytes ${this.#maxBytes}`
      throw new HttpError('ERR_HTTP_PIPELINE_TOO_LARGE', message)
    }
    this.#chunks.push(chunk)
  }

  shift(): Buffer | undefined {
    const chunk = this.#chunks.shift()
    if (chunk) this.length -= chunk.length
    return chunk
  }

  takeAll(): Buffer {
    const chunks = this.#chunks
    this.#chunks = []
    this.length = 0
    return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
  }
}
