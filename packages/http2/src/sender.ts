import { Batch } from './batch.ts'
import { ControlQueue } from './control-queue.ts'
import type { Floods } from './floods.ts'
import { FlowQueue } from './flow-queue.ts'
import { DEFAULT_WINDOW_BYTES, FrameType } from './frame.ts'
import type { SendState } from './send-half.ts'
import type { ConnectionOutput } from './server-handler.ts'
import type { Stream } from './stream.ts'

/** How much is gathered before it is written. */
const FLUSH_BYTES = 128 * 1024
/** A smaller frame that leaves bytes behind was cut by a window that the peer keeps small. */
const WHOLE_BYTES = 1024

/** For all connections: it is empty whenever anybody else can run. */
const batch = new Batch()

/** Gathers the frames of a turn of the event loop into one write, streams taking turns. */
export class Sender {
  readonly control = new ControlQueue()
  readonly state: SendState = { window: DEFAULT_WINDOW_BYTES, hasSentBlock: false }
  readonly #output: ConnectionOutput
  readonly #floods: Floods
  readonly #drainBytes: number
  readonly #ready = new FlowQueue()
  /** Those that wait for the connection's window. */
  readonly #held = new FlowQueue()
  #isScheduled = false
  #drained: Stream[] = []
  #sent: Stream[] = []

  constructor(output: ConnectionOutput, floods: Floods, streamBufferBytes: number) {
    this.#output = output
    this.#floods = floods
    this.#drainBytes = streamBufferBytes / 2
  }

  wake(stream: Stream): void {
    if (stream.queue) return
    this.#ready.append(stream)
    if (this.#output.hasRoom) this.schedule()
  }

  schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#output.schedule()
  }

  /** The connection's window has grown. */
  onCredit(): void {
    for (let stream = this.#held.shift(); stream; stream = this.#held.shift()) this.wake(stream)
  }

  /** The streams that have sent their last frame with this, and those that have room again. */
  flush(): { sent: readonly Stream[]; drained: readonly Stream[] } {
    this.#isScheduled = false
    const { hasRoom } = this.#output
    this.control.emit(batch, hasRoom)
    if (hasRoom) this.#emitStreams()
    const { bytes } = batch
    if (bytes > 0) this.#output.write(batch.take(), bytes)
    if (!this.#ready.isEmpty && this.#output.hasRoom) this.schedule()
    const done = { sent: this.#sent, drained: this.#drained }
    if (done.sent.length > 0) this.#sent = []
    if (done.drained.length > 0) this.#drained = []
    return done
  }

  #emitStreams(): void {
    for (let stream = this.#ready.shift(); stream; stream = this.#ready.shift()) {
      this.#emit(stream)
      if (batch.bytes >= FLUSH_BYTES) return
    }
  }

  #emit(stream: Stream): void {
    const before = stream.queuedBytes
    const turn = stream.emit(batch, this.state)
    const length = before - stream.queuedBytes
    if (length >= WHOLE_BYTES || (length > 0 && stream.queuedBytes === 0)) this.#floods.onUse()
    if (turn === 'more') this.#ready.append(stream)
    else if (turn === 'held') this.#held.append(stream)
    else if (turn === 'sent') this.#onSent(stream)
    if (stream.needsDrain && stream.queuedBytes <= this.#drainBytes) {
      stream.needsDrain = false
      if (!stream.isEnded) this.#drained.push(stream)
    }
  }

  #onSent(stream: Stream): void {
    const { codeWhenSent } = stream
    if (!stream.hasPeerEnded && codeWhenSent !== undefined) {
      batch.frame(FrameType.RST_STREAM, 0, stream.id, 4)
      batch.u32(codeWhenSent)
    } else if (!stream.hasPeerEnded) return
    this.#sent.push(stream)
  }
}
