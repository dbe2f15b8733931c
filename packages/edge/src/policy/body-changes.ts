import type { HeaderList } from '@tunnel/http'
import type { Compressor, SseFindReplace } from '@tunnel/traffic-policy'

export interface BodyChangesPorts {
  write(chunk: Buffer): void
  /** Sends what was written. `false`: no more until {@link BodyChanges.resume}. */
  flush(): boolean
  end(trailers: HeaderList | undefined): void
  /** There is room again for what the upstream says. */
  onDrain(): void
  /** What was to be changed cannot be: the response must not look whole. */
  onFailure(error: unknown): void
}

/** What a response's body goes through on its way: replacements in the messages of an event stream, then a coding. */
export class BodyChanges {
  readonly #sse: SseFindReplace | undefined
  readonly #compressor: Compressor | undefined
  readonly #ports: BodyChangesPorts
  #trailers: HeaderList | undefined
  #isOver = false

  constructor(sse: SseFindReplace | undefined, compressor: Compressor | undefined, ports: BodyChangesPorts) {
    this.#sse = sse
    this.#compressor = compressor
    this.#ports = ports
    if (compressor) this.#listen(compressor)
  }

  write(chunk: Buffer): void {
    if (this.#isOver) return
    try {
      this.#pass(this.#sse ? this.#sse.write(chunk) : chunk)
    } catch (error) {
      this.#fail(error)
    }
  }

  end(trailers: HeaderList | undefined): void {
    if (this.#isOver) return
    if (this.#sse) this.#pass(this.#sse.end())
    this.#trailers = trailers
    if (this.#compressor) this.#compressor.end()
    else this.#finish()
  }

  /** Whether more may be written. */
  get hasRoom(): boolean {
    return this.#compressor?.writableNeedDrain !== true
  }

  /** The visitor does not read. */
  pause(): void {
    this.#compressor?.pause()
  }

  resume(): void {
    this.#compressor?.resume()
  }

  destroy(): void {
    this.#isOver = true
    this.#compressor?.destroy()
  }

  #listen(compressor: Compressor): void {
    compressor.on('data', (chunk: Buffer) => {
      if (this.#isOver) return
      this.#ports.write(chunk)
      if (!this.#ports.flush()) compressor.pause()
    })
    compressor.on('drain', () => this.#ports.onDrain())
    compressor.on('end', () => this.#finish())
    compressor.on('error', (error) => this.#fail(error))
  }

  #pass(chunk: Buffer): void {
    if (chunk.length === 0) return
    if (this.#compressor) this.#compressor.write(chunk)
    else this.#ports.write(chunk)
  }

  #finish(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#ports.end(this.#trailers)
  }

  #fail(error: unknown): void {
    if (this.#isOver) return
    this.destroy()
    this.#ports.onFailure(error)
  }
}
