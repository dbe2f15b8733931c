import type {
  ByteInjector,
  ExchangeObserver,
  HeaderList,
  ObserveExchange,
  RequestHead,
  ResponseHead,
} from '@tunnel/http'

/** One tap for several. Those that do not want an exchange are not called for it. */
export function observeTogether(...observes: readonly ObserveExchange[]): ObserveExchange {
  return observes.length === 0 ? () => undefined : observes.reduce(pairOf)
}

function pairOf(first: ObserveExchange, second: ObserveExchange): ObserveExchange {
  return () => {
    const one = first()
    const other = second()
    return one && other ? new ObserverPair(one, other) : (one ?? other)
  }
}

/** Of more than two, the first is a pair itself: no list is made or walked through for an exchange. */
class ObserverPair implements ExchangeObserver {
  readonly #first: ExchangeObserver
  readonly #second: ExchangeObserver

  constructor(first: ExchangeObserver, second: ExchangeObserver) {
    this.#first = first
    this.#second = second
  }

  onRequestHead(head: RequestHead, atMs: number): void {
    this.#first.onRequestHead(head, atMs)
    this.#second.onRequestHead(head, atMs)
  }

  onRequestBody(chunk: Buffer): void {
    this.#first.onRequestBody(chunk)
    this.#second.onRequestBody(chunk)
  }

  onRequestEnd(trailers: HeaderList | undefined, atMs: number): void {
    this.#first.onRequestEnd(trailers, atMs)
    this.#second.onRequestEnd(trailers, atMs)
  }

  onInformational(head: ResponseHead, atMs: number): void {
    this.#first.onInformational(head, atMs)
    this.#second.onInformational(head, atMs)
  }

  onResponseHead(head: ResponseHead, atMs: number): void {
    this.#first.onResponseHead(head, atMs)
    this.#second.onResponseHead(head, atMs)
  }

  onResponseBody(chunk: Buffer): void {
    this.#first.onResponseBody(chunk)
    this.#second.onResponseBody(chunk)
  }

  onResponseEnd(trailers: HeaderList | undefined, atMs: number): void {
    this.#first.onResponseEnd(trailers, atMs)
    this.#second.onResponseEnd(trailers, atMs)
  }

  onFailure(code: string, atMs: number): void {
    this.#first.onFailure(code, atMs)
    this.#second.onFailure(code, atMs)
  }

  onConnected(atMs: number): void {
    this.#first.onConnected?.(atMs)
    this.#second.onConnected?.(atMs)
  }

  onUpgraded(injector: ByteInjector): void {
    this.#first.onUpgraded?.(injector)
    this.#second.onUpgraded?.(injector)
  }
}
