import type { HeaderList, ResponseHead } from '@tunnel/http'
import type { ResponseFacts } from '@tunnel/traffic-policy'

interface Reading {
  readonly maxBytes: number
  resolve(body: Buffer): void
  reject(error: Error): void
}

/** How the response of an upstream ended while it was held: `cut` for one that did not. */
export type ResponseEnd = 'whole' | 'cut' | undefined

/** A response while its policy decides: held, with the upstream held back, or read whole where an action asks for its body. */
export class HeldResponse implements ResponseFacts {
  readonly head: ResponseHead
  readonly #upstream: { resumeResponse(): void }
  #chunks: Buffer[] | undefined
  #bytes = 0
  #end: ResponseEnd
  #trailers: HeaderList | undefined
  #reading: Reading | undefined

  constructor(head: ResponseHead, upstream: { resumeResponse(): void }) {
    this.head = head
    this.#upstream = upstream
  }

  get end(): ResponseEnd {
    return this.#end
  }

  /** Whether the upstream may go on. */
  get takesMore(): boolean {
    return this.#reading !== undefined
  }

  trailers(): HeaderList | undefined {
    return this.#trailers
  }

  write(chunk: Buffer): void {
    this.#chunks ??= []
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#reading) this.#assertFits(this.#reading)
  }

  finish(trailers: HeaderList | undefined): void {
    this.#end = 'whole'
    this.#trailers = trailers
    this.#settle()
  }

  break(): void {
    this.#end = 'cut'
    this.#fail(new Error('the response was cut short'))
  }

  readBody(maxBytes: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#reading = { maxBytes, resolve, reject }
      if (this.#end === 'cut') return this.break()
      this.#assertFits(this.#reading)
      this.#settle()
      if (this.#reading) this.#upstream.resumeResponse()
    })
  }

  /** What came so far goes on; `undefined` where that is nothing. */
  takeChunks(): Buffer[] | undefined {
    const chunks = this.#chunks
    this.#chunks = undefined
    return chunks
  }

  #assertFits({ maxBytes }: Reading): void {
    if (this.#bytes > maxBytes) this.#fail(new Error(`a body of ${this.#bytes} bytes exceeds ${maxBytes}`))
  }

  #settle(): void {
    if (this.#end !== 'whole' || !this.#reading) return
    const { resolve } = this.#reading
    this.#reading = undefined
    resolve(Buffer.concat(this.takeChunks() ?? []))
  }

  #fail(error: Error): void {
    const reading = this.#reading
    this.#reading = undefined
    this.#chunks = undefined
    reading?.reject(error)
  }
}
