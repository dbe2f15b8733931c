import { type Batch, COPY_BYTES } from './batch.ts'
import { YamuxError } from './errors.ts'
import { Flag, FrameType } from './frame.ts'
import type { Handshake } from './handshake.ts'
import { ReceiveHalf } from './receive-half.ts'
import { SendHalf, type WriteCallback } from './send-half.ts'
import type { Stream } from './stream.ts'
import { nextState, type StreamEvent, type StreamState } from './stream-state.ts'
import type { Waiting } from './turn-queue.ts'
import type { WindowGrowth } from './window-growth.ts'

/** What a flow needs of its session. */
export interface FlowHost {
  readonly handshake: Handshake
  readonly growth: WindowGrowth
  /** Gives `flow` a turn in the next batch. */
  wake(flow: Flow): void
  /** Has what others have gathered leave, if that is enough for a write. */
  makeRoom(flow: Flow): void
  /** Puts `chunk` into the write that leaves next, in front of all who wait. False: it has to wait. */
  addNow(flow: Flow, chunk: Uint8Array | string): boolean
  /** The stream is gone; a frame that is still to leave keeps its turn. */
  forget(flow: Flow): void
}

/** The session's side of a stream: its state, its two halves, and the frames it has to send. */
export class Flow implements Waiting {
  readonly id: number
  readonly send = new SendHalf()
  readonly receive: ReceiveHalf
  /** The scheduler's. */
  next: Waiting | undefined
  isQueued = false
  round = -1
  roundBytes = 0
  readonly #host: FlowHost
  readonly #isOurs: boolean
  #state: StreamState
  #stream: Stream | undefined
  /** SYN or ACK until it has left with some frame. */
  #opening: number
  /** Whether the handshake still counts this stream. */
  #isCounted: boolean
  #finWanted = false
  #rstWanted = false
  #finCallback: WriteCallback | undefined
  /** Why nothing can be sent any more, when the session ended before the reader had read all. */
  #lost: Error | undefined

  constructor(id: number, isOurs: boolean, host: FlowHost) {
    this.id = id
    this.#host = host
    this.#isOurs = isOurs
    this.#state = isOurs ? 'init' : 'syn-received'
    this.#opening = isOurs ? Flag.SYN : Flag.ACK
    this.#isCounted = !isOurs
    this.receive = new ReceiveHalf(host.growth)
    if (!isOurs) host.handshake.peerOpened()
  }

  /** Whether the peer can know of this stream. */
  get isAnnounced(): boolean {
    return this.#state !== 'init'
  }

  get queuedBytes(): number {
    return this.send.queuedBytes
  }

  attach(stream: Stream): void {
    this.#stream = stream
    this.receive.attach(stream)
  }

  wake(): void {
    this.#host.wake(this)
  }

  // The stream's side.

  write(chunk: Uint8Array): void {
    this.send.push(chunk)
  }

  /** As `write`, with nobody waiting for it to leave; `onFree` runs when the session refers to it no more. */
  writeAndWake(chunk: Uint8Array, onFree: (() => void) | undefined): void {
    if (this.#lost || this.#finWanted) return
    this.send.push(chunk)
    if (onFree) this.send.whenFree(onFree)
    this.#wakeIfSendable()
  }

  /**
   * Puts a small chunk next to what leaves at the end of this turn, where nothing has to go before it: it needs no queue then, and its memory
   * is free at once. False: `write` it.
   */
  sendNow(chunk: Uint8Array | string): boolean {
    const bytes = chunk.length
    if (bytes === 0 || bytes > COPY_BYTES) return false
    this.#host.makeRoom(this)
    if (!this.#maySendNow(bytes) || !this.#host.addNow(this, chunk)) return false
    this.send.passed(bytes)
    return true
  }

  /** Whether a frame of data is all that this stream has to say. */
  #maySendNow(bytes: number): boolean {
    if (this.isQueued || this.#opening !== 0 || this.#lost || this.#finWanted) return false
    return this.#state !== 'reset' && this.isAnnounced && this.send.isFreeFor(bytes)
  }

  /** `callback` runs once everything written so far is on its way. */
  afterWrite(callback: WriteCallback): void {
    if (this.#lost) {
      callback(this.#lost)
      return
    }
    this.send.whenSent(callback)
    this.#wakeIfSendable()
  }

  /** The reader may have consumed something. */
  settle(): void {
    if (this.receive.isCreditDue && this.#state !== 'reset') this.wake()
  }

  /** Sends FIN after everything written. */
  finish(callback: WriteCallback): void {
    if (this.#lost) {
      callback(this.#lost)
      return
    }
    this.#finWanted = true
    this.#finCallback = callback
    this.wake()
  }

  /** The stream was destroyed: resets the peer's, unless both sides had closed or the peer did it first. */
  abandon(error: Error | null): void {
    this.#host.handshake.giveUp(this)
    if (!this.#isOver()) {
      this.#rstWanted = this.isAnnounced
      this.#move('reset')
    }
    if (this.#isOurs && !this.#rstWanted) this.#uncount()
    const reason = error ?? new YamuxError('ERR_YAMUX_STREAM_RESET', `stream ${this.id} was destroyed before its end`)
    this.receive.discard()
    this.send.discard(reason)
    this.#finCallback?.(reason)
    this.#finCallback = undefined
    if (this.#rstWanted) this.wake()
    this.#host.forget(this)
  }

  // The scheduler's side.

  /** Adds what may leave now to `batch`, up to `limit` bytes of payload. True when more could leave in another turn. */
  emit(batch: Batch, limit: number): boolean {
    if (this.#state === 'reset') {
      if (this.#rstWanted) this.#frame(batch, Flag.RST, 0)
      this.#rstWanted = false
      this.#uncount()
      return false
    }
    if (!this.isAnnounced && !this.#announce()) return false
    this.#emitCredit(batch)
    if (this.send.canSend) this.#emitData(batch, limit)
    if (this.#isFinDue()) {
      this.#frame(batch, Flag.FIN, 0)
      this.#sentFin()
    } else if (this.#opening !== 0) this.#frame(batch, 0, 0)
    return this.send.canSend
  }

  #announce(): boolean {
    if (!this.#host.handshake.mayOpen(this)) return false
    this.#isCounted = true
    this.#move('send-syn')
    return true
  }

  #emitCredit(batch: Batch): void {
    if (this.receive.isCreditDue) this.#frame(batch, 0, this.receive.grant())
  }

  #emitData(batch: Batch, limit: number): void {
    const opening = this.#takeOpening()
    const frame = batch.open()
    const length = this.send.drainTo(batch, limit)
    // FIN follows in a frame of its own: hashicorp's Go takes a frame's FIN before its payload, and a reader that wakes in between sees the end.
    batch.close(frame, FrameType.Data, opening, this.id, length)
  }

  #frame(batch: Batch, flags: number, length: number): void {
    batch.frame(FrameType.WindowUpdate, this.#takeOpening() | flags, this.id, length)
  }

  #takeOpening(): number {
    const flag = this.#opening
    this.#opening = 0
    if (flag === Flag.ACK) {
      this.#uncount()
      if (this.#state !== 'reset') this.#move('send-ack')
    }
    return flag
  }

  /** Node asks for the end when all that it wrote is on its way; what went past it may still be queued. */
  #isFinDue(): boolean {
    return this.#finWanted && this.send.queuedBytes === 0 && nextState(this.#state, 'send-fin') !== undefined
  }

  #sentFin(): void {
    this.#finWanted = false
    this.#move('send-fin')
    const callback = this.#finCallback
    this.#finCallback = undefined
    callback?.()
  }

  // The peer's side.

  acknowledge(): void {
    if (!this.#isOurs) return
    if (nextState(this.#state, 'receive-ack')) this.#move('receive-ack')
    this.#uncount()
  }

  credit(bytes: number): void {
    this.send.credit(bytes)
    this.#wakeIfSendable()
  }

  /** @throws YamuxError when the peer may not send `bytes` of data now */
  expect(bytes: number): void {
    if (bytes > 0 && (this.#state === 'remote-close' || this.#state === 'closed')) {
      throw new YamuxError('ERR_YAMUX_PROTOCOL', `data frame of ${bytes} bytes for stream ${this.id} after its FIN`)
    }
    this.receive.expect(bytes, this.id)
  }

  deliver(piece: Buffer): void {
    if (this.#isOver()) return
    this.receive.deliver(piece)
    this.settle()
  }

  receiveFin(): void {
    if (this.#state === 'reset') return
    this.#move('receive-fin')
    this.receive.end()
  }

  receiveReset(): void {
    // It crossed our FIN: all that the peer had to say is here.
    if (this.#state === 'closed') return
    const wasRefused = this.#isOurs && this.#state === 'syn-sent'
    this.#move('reset')
    this.#stream?.destroy(
      wasRefused
        ? new YamuxError('ERR_YAMUX_STREAM_REFUSED', `stream ${this.id} was refused by the peer`)
        : new YamuxError('ERR_YAMUX_STREAM_RESET', `stream ${this.id} was reset by the peer`),
    )
  }

  /** The session is over. A reader who has got everything up to the peer's FIN may still read it. */
  drop(error: Error | undefined): void {
    const stream = this.#stream
    if (!stream || this.#state === 'closed') return
    if (this.#state === 'remote-close' && !stream.readableEnded) {
      this.#lost = error ?? new YamuxError('ERR_YAMUX_SESSION_CLOSED', `session of stream ${this.id} is closed`)
      stream.once('end', () => stream.destroy(error))
      return
    }
    this.#move('reset')
    stream.destroy(error)
  }

  #isOver(): boolean {
    return this.#state === 'closed' || this.#state === 'reset'
  }

  #wakeIfSendable(): void {
    if (this.send.canSend) this.wake()
  }

  #uncount(): void {
    if (!this.#isCounted) return
    this.#isCounted = false
    if (this.#isOurs) this.#host.handshake.settled()
    else this.#host.handshake.answeredPeer()
  }

  #move(event: StreamEvent): void {
    const next = nextState(this.#state, event)
    if (next === undefined) {
      throw new YamuxError('ERR_YAMUX_PROTOCOL', `unexpected ${event} for stream ${this.id} in state ${this.#state}`)
    }
    this.#state = next
  }
}
