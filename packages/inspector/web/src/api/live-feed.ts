import type { LiveCommand, LiveEvent } from '../../../src/contract.ts'

const FIRST_RETRY_MS = 500
const MAX_RETRY_MS = 10_000

export interface LiveFeedHandlers {
  event(event: LiveEvent): void
  /** The connection is gone; another is made by itself. */
  lost(): void
}

/** The live feed of the agent, connected again whenever it is lost. */
export class LiveFeed {
  readonly #handlers: LiveFeedHandlers
  #socket: WebSocket | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #retryMs = FIRST_RETRY_MS
  #filter = ''

  constructor(handlers: LiveFeedHandlers) {
    this.#handlers = handlers
    this.#connect()
  }

  /** What later batches are to hold. Said again on every new connection. */
  filter(filter: string): void {
    if (filter === this.#filter) return
    this.#filter = filter
    this.#send({ type: 'filter', filter })
  }

  close(): void {
    clearTimeout(this.#retry)
    const socket = this.#socket
    this.#socket = undefined
    socket?.close()
  }

  #connect(): void {
    const url = new URL('/api/live', location.href)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    const socket = new WebSocket(url)
    this.#socket = socket
    socket.addEventListener('open', () => {
      this.#retryMs = FIRST_RETRY_MS
      if (this.#filter !== '') this.#send({ type: 'filter', filter: this.#filter })
    })
    socket.addEventListener('message', ({ data }) => {
      if (this.#socket === socket) this.#handlers.event(JSON.parse(String(data)) as LiveEvent)
    })
    socket.addEventListener('close', () => {
      if (this.#socket !== socket) return
      this.#handlers.lost()
      this.#retry = setTimeout(() => this.#connect(), this.#retryMs)
      this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS)
    })
  }

  #send(command: LiveCommand): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(command))
  }
}
