import type { ExchangeObserver, ObserveExchange } from '@tunnel/http'

/** One tap for several. Those that do not want an exchange are not called for it. */
export function observeTogether(...observes: readonly ObserveExchange[]): ObserveExchange {
  return () => {
    const observers = observes.map((observe) => observe()).filter((observer) => observer !== undefined)
    return observers.length > 1 ? new ObserverGroup(observers) : observers[0]
  }
}

type Call<Name extends keyof ExchangeObserver> = Parameters<NonNullable<ExchangeObserver[Name]>>

class ObserverGroup implements ExchangeObserver {
  readonly #observers: readonly ExchangeObserver[]

  constructor(observers: readonly ExchangeObserver[]) {
    this.#observers = observers
  }

  onRequestHead(...[head, atMs]: Call<'onRequestHead'>): void {
    for (const observer of this.#observers) observer.onRequestHead(head, atMs)
  }

  onRequestBody(chunk: Buffer): void {
    for (const observer of this.#observers) observer.onRequestBody(chunk)
  }

  onRequestEnd(...[trailers, atMs]: Call<'onRequestEnd'>): void {
    for (const observer of this.#observers) observer.onRequestEnd(trailers, atMs)
  }

  onInformational(...[head, atMs]: Call<'onInformational'>): void {
    for (const observer of this.#observers) observer.onInformational(head, atMs)
  }

  onResponseHead(...[head, atMs]: Call<'onResponseHead'>): void {
    for (const observer of this.#observers) observer.onResponseHead(head, atMs)
  }

  onResponseBody(chunk: Buffer): void {
    for (const observer of this.#observers) observer.onResponseBody(chunk)
  }

  onResponseEnd(...[trailers, atMs]: Call<'onResponseEnd'>): void {
    for (const observer of this.#observers) observer.onResponseEnd(trailers, atMs)
  }

  onFailure(...[code, atMs]: Call<'onFailure'>): void {
    for (const observer of this.#observers) observer.onFailure(code, atMs)
  }

  onConnected(atMs: number): void {
    for (const observer of this.#observers) observer.onConnected?.(atMs)
  }

  onUpgraded(...[injector]: Call<'onUpgraded'>): void {
    for (const observer of this.#observers) observer.onUpgraded?.(injector)
  }
}
