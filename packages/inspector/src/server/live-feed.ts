import type { WebSocket } from 'ws'
import type { LiveEvent } from '../contract/live.ts'
import { liveCommandSchema } from '../contract/live.ts'
import type { Filter } from '../filter/filter.ts'
import { parseFilter } from '../filter/parse-filter.ts'
import { jsonOf } from '../json-of.ts'
import type { Capture } from '../store/capture.ts'
import { summaryOf } from '../view/summary.ts'
import type { ApiContext } from './api-context.ts'
import { isMatch } from './find-captures.ts'

export const liveLimits = {
  /** How often a client hears of changes at most. */
  batchIntervalMs: 100,
  /** Captures in one batch; of more only the newest are told, and the client reads the list. */
  maxBatch: 500,
  /** What may wait for a slow client, in bytes; then the feed is closed with 1013. */
  maxUnsentBytes: 4 * 1024 * 1024,
  /** Clients at once; one more is closed with 1013. */
  maxFeeds: 64,
}

/** Tells one client what happens to captures, batched. Nothing runs while nothing happens. */
export class LiveFeed {
  readonly #socket: WebSocket
  readonly #context: ApiContext
  readonly #changed = new Map<string, Capture>()
  readonly #removed: string[] = []
  #isCut = false
  #statusChanged = false
  #filter: Filter | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(socket: WebSocket, context: ApiContext) {
    this.#socket = socket
    this.#context = context
    const stopStore = context.inspector.store.listen({
      onChanged: (capture) => this.#onChanged(capture),
      onRemoved: (id) => this.#onRemoved(id),
    })
    const stopAgent = context.agent?.onChanged?.(() => {
      this.#statusChanged = true
      this.#schedule()
    })
    socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary))
    socket.on('error', () => {})
    socket.on('close', () => {
      stopStore()
      stopAgent?.()
      clearTimeout(this.#timer)
    })
    const { batchIntervalMs } = liveLimits
    this.#send({ type: 'hello', batchIntervalMs, status: context.status(), usage: context.usage() })
  }

  #onChanged(capture: Capture): void {
    // The last place of a capture that changes again.
    this.#changed.delete(capture.id)
    this.#changed.set(capture.id, capture)
    if (this.#changed.size > liveLimits.maxBatch) {
      this.#changed.delete(this.#changed.keys().next().value as string)
      this.#isCut = true
    }
    this.#schedule()
  }

  #onRemoved(id: string): void {
    this.#changed.delete(id)
    if (this.#removed.length < liveLimits.maxBatch) this.#removed.push(id)
    else this.#isCut = true
    this.#schedule()
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => this.#flush(), liveLimits.batchIntervalMs).unref()
  }

  #flush(): void {
    this.#timer = undefined
    if (this.#socket.bufferedAmount > liveLimits.maxUnsentBytes) {
      this.#socket.close(1013, 'too slow')
      return
    }
    const captures = [...this.#changed.values()].filter(({ isGone }) => !isGone)
    const shown = captures.filter((capture) => isMatch(this.#filter, capture))
    const matching = new Set(shown)
    this.#send({
      type: 'batch',
      changed: shown.map(summaryOf),
      unmatched: captures.filter((capture) => !matching.has(capture)).map(({ id }) => id),
      removed: [...this.#removed],
      cleared: this.#isCut,
      usage: this.#context.usage(),
      total: this.#context.inspector.store.size,
      ...(this.#statusChanged && { status: this.#context.status() }),
    })
    this.#changed.clear()
    this.#removed.length = 0
    this.#isCut = false
    this.#statusChanged = false
  }

  #onMessage(data: unknown, isBinary: boolean): void {
    const command = isBinary ? undefined : liveCommandSchema.safeParse(jsonOf(String(data)))
    if (!command?.success) {
      this.#socket.close(1008, 'not a command')
      return
    }
    const parsed = parseFilter(command.data.filter)
    if ('filter' in parsed) this.#filter = parsed.filter.terms.length > 0 ? parsed.filter : undefined
    else this.#send({ type: 'filter-error', ...parsed.problem })
  }

  #send(event: LiveEvent): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(event))
  }
}
