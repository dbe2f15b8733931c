import type { ExchangeObserver } from '@tunnel/http'
import type { StreamHandler } from '../listener.ts'
import { observeTogether } from '../statistics/observe-together.ts'
import type { ForwardEvents } from '../upstream/forward-stream.ts'
import type { SendOptions } from './inspector.ts'
import { loopbackStream } from './loopback-stream.ts'

/** What leads to an upstream, made for this use. */
export interface OpenedUpstream {
  readonly handle: StreamHandler
  close?(): void
}

/**
 * Sends one HTTP/1.1 request over a stream of its own to an upstream. Resolves when the exchange is over, well or not: `observe` is told how.
 * An upgraded connection ends there. Rejects only with the reason of `signal`.
 */
export async function sendOver(
  open: (events: ForwardEvents) => OpenedUpstream | Promise<OpenedUpstream>,
  request: Buffer,
  { observe, signal }: SendOptions,
): Promise<void> {
  signal?.throwIfAborted()
  const over = new ExchangeEnd()
  const upstream = await open({ observe: observeTogether(observe, () => over) })
  const { visitor, stream } = loopbackStream()
  const stop = (): void => void visitor.destroy()
  signal?.addEventListener('abort', stop)
  visitor.on('error', () => {}).on('close', () => over.settle())
  stream.on('error', () => {})
  visitor.resume()
  // No visitor has this address, and a PROXY protocol header says that nothing is known.
  upstream.handle(stream, { endpointId: '', protocol: 'http', visitorAddress: '' }, Buffer.alloc(0))
  visitor.write(request)
  await over.reached
  signal?.removeEventListener('abort', stop)
  visitor.destroy()
  stream.destroy()
  upstream.close?.()
  signal?.throwIfAborted()
}

/** Waits for both messages of an exchange, or for what ends it before. */
class ExchangeEnd implements ExchangeObserver {
  readonly reached: Promise<void>
  settle!: () => void
  #ends = 0

  constructor() {
    this.reached = new Promise((resolve) => {
      this.settle = resolve
    })
  }

  onRequestHead(): void {}
  onRequestBody(): void {}
  onResponseBody(): void {}
  onInformational(): void {}

  onResponseHead({ status }: { status: number }): void {
    if (status === 101) this.settle()
  }

  onRequestEnd(): void {
    this.#onEnd()
  }

  onResponseEnd(): void {
    this.#onEnd()
  }

  onFailure(): void {
    this.settle()
  }

  #onEnd(): void {
    if (++this.#ends === 2) this.settle()
  }
}
