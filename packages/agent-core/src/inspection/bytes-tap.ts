import type { ConnectionObserver } from '@tunnel/http'
import { brokenBy, type StreamTap } from './stream-tap.ts'

/** Tells an observer of bytes that are not read: those of tcp and tls endpoints. */
export class BytesTap implements StreamTap {
  readonly #observer: ConnectionObserver
  #visitorEnded = false
  #upstreamEnded = false
  #isOver = false

  constructor(observer: ConnectionObserver) {
    this.#observer = observer
  }

  connected(): void {
    this.#observer.onConnected(performance.now())
  }

  fromVisitor(chunk: Buffer): void {
    this.#observer.onBytes('request', chunk)
  }

  fromUpstream(chunk: Buffer): void {
    this.#observer.onBytes('response', chunk)
  }

  visitorEnded(): void {
    if (this.#visitorEnded || this.#isOver) return
    this.#visitorEnded = true
    this.#observer.onEnd('request', performance.now())
  }

  upstreamEnded(): void {
    if (this.#upstreamEnded || this.#isOver) return
    this.#upstreamEnded = true
    this.#observer.onEnd('response', performance.now())
  }

  closed(code: string | undefined): void {
    if (this.#isOver) return
    const broken = code ?? (this.#upstreamEnded ? undefined : brokenBy.upstream)
    if (broken && !(this.#visitorEnded && this.#upstreamEnded)) this.#observer.onFailure(broken, performance.now())
    else if (!this.#visitorEnded) this.visitorEnded()
    this.#isOver = true
  }
}
