import type { HeaderList } from '@tunnel/http'

/** Where the body of a request goes. */
export interface RequestBodyTarget {
  writeRequestBody(chunk: Buffer): void
  endRequest(trailers: HeaderList | undefined): void
}

interface Reading {
  readonly maxBytes: number
  resolve(body: Buffer): void
  reject(error: Error): void
}

/** The body of a request while its policy decides: held back at the visitor, or read whole where an action asks for it. */
export class HeldRequest {
  readonly #visitor: { pauseRequest(): void; resumeRequest(): void }
  #chunks: Buffer[] = []
  #bytes = 0
  #ended = false
  #trailers: HeaderList | undefined
  #reading: Reading | undefined
  #paused = false

  constructor(visitor: { pauseRequest(): void; resumeRequest(): void }) {
    this.#visitor = visitor
  }

  get trailers(): HeaderList | undefined {
    return this.#trailers
  }

  write(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (!this.#reading) {
      this.#paused = true
      this.#visitor.pauseRequest()
    } else this.#assertFits(this.#reading)
  }

  end(trailers: HeaderList | undefined): void {
    this.#ended = true
    this.#trailers = trailers
    this.#settle()
  }

  /** The rest will not come. */
  break(): void {
    this.#fail(new Error('the visitor left before the end of the body'))
  }

  read(maxBytes: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#reading = { maxBytes, resolve, reject }
      this.#assertFits(this.#reading)
      this.#settle()
      this.#goOn()
    })
  }

  /** What was held, and what comes from now on, is `target`'s. Whether that was any byte. */
  passTo(target: RequestBodyTarget): boolean {
    const chunks = this.#chunks
    this.#chunks = []
    this.#goOn()
    for (const chunk of chunks) target.writeRequestBody(chunk)
    if (this.#ended) target.endRequest(this.#trailers)
    return chunks.length > 0
  }

  #goOn(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#visitor.resumeRequest()
  }

  #assertFits({ maxBytes }: Reading): void {
    if (this.#bytes > maxBytes) this.#fail(new Error(`a body of ${this.#bytes} bytes exceeds ${maxBytes}`))
  }

  #settle(): void {
    if (!this.#ended || !this.#reading) return
    const { resolve } = this.#reading
    this.#reading = undefined
    resolve(this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks))
    this.#chunks = []
  }

  #fail(error: Error): void {
    const reading = this.#reading
    this.#reading = undefined
    this.#chunks = []
    reading?.reject(error)
  }
}
