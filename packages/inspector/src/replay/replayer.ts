import type * as z from 'zod'
import type { replayRequestSchema } from '../contract/replay.ts'
import type { RegisteredEndpoint } from '../endpoints/registered-endpoint.ts'
import { InspectorError } from '../errors.ts'
import type { Inspector } from '../inspector.ts'
import type { Capture } from '../store/capture.ts'
import { ExchangeRecorder } from '../store/exchange-recorder.ts'
import { type ReplayMessage, replayMessage } from './replay-request.ts'

export type ReplayOrder = z.output<typeof replayRequestSchema>

/** Replays that run at once; one more is refused. */
const MAX_RUNNING = 16
/** Links from a capture to its replays, of which the newest are kept. */
const MAX_LINKS = 1000
/** An upstream that never answers ends its replay. */
const MAX_EXCHANGE_MS = 5 * 60_000

/** Sends stored requests again, from here to the upstream. */
export class Replayer {
  readonly #inspector: Inspector
  readonly #stopped = new AbortController()
  #running = 0

  constructor(inspector: Inspector) {
    this.#inspector = inspector
  }

  /** The captures that will show the replays, which run one after the other. Throws `ERR_INSPECTOR_REPLAY`. */
  start(capture: Capture, order: ReplayOrder): string[] {
    const endpoint = this.#endpointFor(capture, order)
    const message = replayMessage(capture, order)
    if (this.#running >= MAX_RUNNING) {
      throw new InspectorError(
        'ERR_INSPECTOR_REPLAY',
        `${this.#running} replays are running already, at most ${MAX_RUNNING} may`,
      )
    }
    const recorders = Array.from({ length: order.times }, () =>
      this.#recorder(capture, endpoint, message, order.upstream),
    )
    this.#running++
    void this.#run(endpoint, message, recorders, order.upstream).finally(() => {
      this.#running--
    })
    return recorders.map((recorder) => recorder.capture.id)
  }

  /** Breaks off those that run. */
  stop(): void {
    this.#stopped.abort()
  }

  #endpointFor(capture: Capture, { endpoint: name, upstream }: ReplayOrder): RegisteredEndpoint {
    const wanted = name ?? capture.source.name
    const found = this.#inspector.endpoint(wanted) ?? (upstream === undefined ? undefined : this.#anyHttp())
    if (found?.endpoint.protocol === 'http') return found
    const why = found ? 'is no http endpoint' : 'is not online'
    throw new InspectorError('ERR_INSPECTOR_REPLAY', `the endpoint ${JSON.stringify(wanted)} ${why}`)
  }

  #anyHttp(): RegisteredEndpoint | undefined {
    return this.#inspector.endpoints().find(({ endpoint }) => endpoint.protocol === 'http')
  }

  #recorder(
    original: Capture,
    endpoint: RegisteredEndpoint,
    { head }: ReplayMessage,
    upstream: string | undefined,
  ): ExchangeRecorder {
    const { name, url } = endpoint
    const source = upstream === undefined ? endpoint : { name, url, upstream }
    const { store, redaction } = this.#inspector
    const capture = store.begin(source, 'http')
    const recorder = new ExchangeRecorder(store, capture, redaction)
    capture.replayOf = original.id
    // Until it is sent; then as it was.
    capture.requestHead = redaction?.requestHead(head) ?? head
    capture.startMs = performance.now()
    // One that was read from disk may be in memory as well: there people see it.
    const shown = store.get(original.id) ?? original
    shown.replays = [...(shown.replays ?? []), capture.id].slice(-MAX_LINKS)
    store.changed(shown)
    store.changed(capture)
    return recorder
  }

  async #run(
    { endpoint }: RegisteredEndpoint,
    { bytes }: ReplayMessage,
    recorders: readonly ExchangeRecorder[],
    upstream: string | undefined,
  ): Promise<void> {
    for (const recorder of recorders) {
      const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(MAX_EXCHANGE_MS)])
      try {
        await endpoint.send(bytes, { observe: () => recorder, signal, upstream })
      } catch {
        // Its capture says so.
      }
      if (recorder.capture.state === 'open') recorder.onFailure('ERR_INSPECTOR_REPLAY', performance.now())
    }
  }
}
