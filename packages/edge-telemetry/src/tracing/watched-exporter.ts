import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node'
import type { TracingLog } from './tracing.ts'

type Export = Parameters<SpanExporter['export']>

/** Knows how many spans have left, and says once that a collector does not take them, and once that it does again. */
export class WatchedExporter implements SpanExporter {
  /** Spans that a collector has. */
  exportedCount = 0
  /** Spans that it did not take. */
  lostCount = 0
  #isFailing = false
  readonly #exporter: SpanExporter
  readonly #onTaken: (count: number) => void
  readonly #log: TracingLog

  /** `onTaken`: so many are out of the queue. */
  constructor(exporter: SpanExporter, onTaken: (count: number) => void, log: TracingLog) {
    this.#exporter = exporter
    this.#onTaken = onTaken
    this.#log = log
  }

  export(spans: ReadableSpan[], done: Export[1]): void {
    const { length: count } = spans
    this.#onTaken(count)
    this.#exporter.export(spans, (result) => {
      if (result.code === 0) this.#succeeded(count)
      else this.#failed(count, result.error)
      done(result)
    })
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown()
  }

  #succeeded(count: number): void {
    this.exportedCount += count
    if (this.#isFailing) this.#log.info({ lost: this.lostCount }, 'spans are exported again')
    this.#isFailing = false
  }

  #failed(count: number, error: Error | undefined): void {
    this.lostCount += count
    if (!this.#isFailing) this.#log.warn({ err: error }, 'spans cannot be exported, and are lost')
    this.#isFailing = true
  }
}
