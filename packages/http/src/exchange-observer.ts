import type { ByteInjector } from './connection-observer.ts'
import type { HeaderList, RequestHead, ResponseHead } from './head.ts'

/**
 * A tap on one exchange, for inspection. The proxy calls it as the bytes pass; nothing is copied for it and nothing waits for it.
 *
 * What it is given belongs to the proxy: heads and trailers may be kept but not changed, body chunks must be copied before the call
 * returns, since a proxy reads into the same buffers again. It must return at once without throwing.
 *
 * Order: `onRequestHead` first; the request's calls and the response's calls are each in order but interleave, and a response may end before
 * its request; `onFailure` at most once, as the last call, also in place of either end. After `onResponseHead(101)` the bytes of the upgraded
 * connection come as bodies, and the ends of its two sides as ends.
 *
 * `atMs` are milliseconds of one monotonic clock, that of `performance.now()`.
 */
export interface ExchangeObserver {
  onRequestHead(head: RequestHead, atMs: number): void
  onRequestBody(chunk: Buffer): void
  onRequestEnd(trailers: HeaderList | undefined, atMs: number): void
  /** A 1xx that was relayed. */
  onInformational(head: ResponseHead, atMs: number): void
  onResponseHead(head: ResponseHead, atMs: number): void
  onResponseBody(chunk: Buffer): void
  onResponseEnd(trailers: HeaderList | undefined, atMs: number): void
  /** The exchange did not come to its end; `code` is the error's string code. */
  onFailure(code: string, atMs: number): void
  /** The upstream connection that it had to wait for is there. Not called where there was one. */
  onConnected?(atMs: number): void
  /** Right after `onResponseHead(101)`: bytes can be put into the upgraded connection. */
  onUpgraded?(injector: ByteInjector): void
}

/** Asked once for each exchange. `undefined`: not this one, and no more calls are made or clocks read for it. */
export type ObserveExchange = () => ExchangeObserver | undefined
