import type { ExchangeObserver, ObserveExchange } from '@tunnel/http'

/** One line of JSON for each exchange, as a log would have it. Give it as `observe` to `forwardOver()` of `@tunnel/agent-core`. */
export function logRequests(write: (line: string) => void): ObserveExchange {
  return () => new LoggedExchange(write)
}

class LoggedExchange implements ExchangeObserver {
  readonly #write: (line: string) => void
  #line: Record<string, unknown> = {}
  #startMs = 0
  #bytes = 0

  constructor(write: (line: string) => void) {
    this.#write = write
  }

  onRequestHead({ method, target }: Parameters<ExchangeObserver['onRequestHead']>[0], atMs: number): void {
    this.#startMs = atMs
    this.#line = { method, target }
  }

  onRequestBody(): void {}
  onRequestEnd(): void {}
  onInformational(): void {}

  onResponseHead({ status }: Parameters<ExchangeObserver['onResponseHead']>[0]): void {
    this.#line.status = status
  }

  onResponseBody(chunk: Buffer): void {
    this.#bytes += chunk.length
  }

  onResponseEnd(_trailers: unknown, atMs: number): void {
    this.#end({ bytes: this.#bytes, ms: atMs - this.#startMs })
  }

  onFailure(code: string, atMs: number): void {
    this.#end({ code, ms: atMs - this.#startMs })
  }

  #end(facts: object): void {
    this.#write(JSON.stringify({ ...this.#line, ...facts }))
  }
}
