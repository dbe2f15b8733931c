import type { HeaderList, RequestHead, ResponseHead } from './head.ts'

/**
 * A tap on one exchange, for inspection. The proxy calls it as the bytes pass; nothing is copied for it and nothing waits for it.
 *
 * What it is given belongs to the proxy: it may keep references, within its own memory budget, but must change none of them, and must
 * return at once without throwing. A kept `Buffer` pins the chunk it is part of: copy what is small, keep what is large.
 *
 * Order: `onRequestHead` first; the request's calls and the response's calls are each in order but interleave, and a response may end before
 * its request; `onFailure` at most once, as the last call, also in place of either end. An upgraded exchange ends with `onResponseHead(101)`.
 *
 * `atMs` are milliseconds of one monotonic clock, to be subtracted from each other.
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
}

/** Asked once for each exchange. `undefined`: not this one, and no more calls are made or clocks read for it. */
export type ObserveExchange = () => ExchangeObserver | undefined
