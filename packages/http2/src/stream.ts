import type { FlowQueue } from './flow-queue.ts'
import { MAX_WINDOW_BYTES } from './frame.ts'
import type { ReceiveWindow } from './receive-window.ts'
import { SendHalf } from './send-half.ts'
import type { ServerStream } from './server-stream.ts'
import type { StreamListener } from './stream-listener.ts'

/** What a stream asks of its connection. */
export interface StreamOwner {
  readonly streamBufferBytes: number
  /** The stream may have something to send. */
  wake(stream: Stream): void
  /** RST_STREAM, and the end of the stream. */
  reset(stream: Stream, code: number): void
  /** `bytes` that were delivered are worth credit. */
  consumed(stream: Stream, bytes: number): void
}

const NOBODY: StreamListener = { onData() {}, onEnd() {}, onDrain() {}, onClose() {} }

/** One request with its answer. */
export class Stream extends SendHalf implements ServerStream {
  readonly #owner: StreamOwner
  queue: FlowQueue | undefined = undefined
  previous: Stream | undefined = undefined
  next: Stream | undefined = undefined
  listener: StreamListener = NOBODY
  /** `undefined`: the request was whole with its head. */
  readonly window: ReceiveWindow | undefined
  isClosed = false
  closeCode: number | undefined = undefined
  /** END_STREAM was received. */
  hasPeerEnded: boolean
  codeWhenSent: number | undefined = undefined
  /** Delivered while the stream was paused: no credit was given for it. */
  owedBytes = 0
  isPaused = false

  constructor(owner: StreamOwner, id: number, sendWindow: number, window: ReceiveWindow | undefined) {
    super(id, sendWindow)
    this.#owner = owner
    this.window = window
    this.hasPeerEnded = window === undefined
  }

  inform(block: Buffer): void {
    if (this.isClosed) return
    this.queueInform(block)
    this.#owner.wake(this)
  }

  respond(block: Buffer, endStream: boolean): void {
    if (this.isClosed) return
    this.queueHead(block, endStream)
    this.#owner.wake(this)
  }

  write(chunk: Buffer): boolean {
    if (this.isClosed) return false
    this.queueData(chunk)
    if (this.isReady) this.#owner.wake(this)
    this.needsDrain ||= this.queuedBytes >= this.#owner.streamBufferBytes
    return !this.needsDrain
  }

  end(trailers?: Buffer): void {
    if (this.isClosed) return
    this.queueEnd(trailers)
    if (this.isReady) this.#owner.wake(this)
  }

  reset(code: number): void {
    if (!this.isClosed) this.#owner.reset(this, code)
  }

  resetWhenSent(code: number): void {
    if (this.isClosed) return
    if (this.isSent) this.#owner.reset(this, code)
    else this.codeWhenSent = code
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    if (!this.isPaused) return
    this.isPaused = false
    const owed = this.owedBytes
    this.owedBytes = 0
    if (owed > 0) this.#owner.consumed(this, owed)
  }

  /** `false`: the window exceeds what it can be (RFC 9113 §6.9.1). */
  credit(bytes: number): boolean {
    this.sendWindow += bytes
    if (this.sendWindow > MAX_WINDOW_BYTES) return false
    if (this.isReady) this.#owner.wake(this)
    return true
  }

  /** The listener is told by whoever calls this. */
  close(code: number | undefined): void {
    this.isClosed = true
    this.closeCode = code
    this.owedBytes = 0
    this.queue?.remove(this)
    this.drop()
  }
}
