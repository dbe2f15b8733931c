import { type StreamHeader, TunnelError } from '@tunnel/protocol'
import type { AgentStream, StreamReceiver } from '../agent-session.ts'
import type { Endpoint } from './endpoint.ts'

/** From here on a visitor is told to wait; what it has sent already is held. A request head and a read of a socket fit. */
const MAX_HELD_BYTES = 64 * 1024

/** A stream to an endpoint that is not online yet: holds what is written until {@link goOn} or {@link giveUp}. */
export class HeldStream implements AgentStream {
  readonly sinceMs = performance.now()
  readonly #header: StreamHeader
  readonly #receiver: StreamReceiver
  readonly #onGone: (stream: HeldStream) => void
  #held: (Buffer | string)[] = []
  #heldBytes = 0
  #ended = false
  #paused = false
  #closed = false
  #stream: AgentStream | undefined

  /** `onGone` is called when nobody wants it any more before it went on. */
  constructor(header: StreamHeader, receiver: StreamReceiver, onGone: (stream: HeldStream) => void) {
    this.#header = header
    this.#receiver = receiver
    this.#onGone = onGone
  }

  /** Opens the real stream and sends what was held. */
  goOn(endpoint: Endpoint): void {
    try {
      this.#stream = endpoint.session.openStream({ ...this.#header, endpointId: endpoint.id }, this.#receiver)
    } catch (cause) {
      return this.giveUp(TunnelError.from(cause))
    }
    const stream = this.#stream
    let hasRoom = true
    for (const data of this.#held) hasRoom = stream.write(data)
    this.#held = []
    if (this.#paused) stream.pause()
    if (this.#ended) stream.end()
    // Otherwise the stream itself says when it has room.
    if (hasRoom && this.#heldBytes >= MAX_HELD_BYTES) this.#receiver.onStreamDrain()
  }

  giveUp(error: TunnelError): void {
    this.#closed = true
    this.#held = []
    this.#receiver.onStreamClose(error)
  }

  write(data: Buffer | string, onFree?: () => void): boolean {
    if (this.#stream) return this.#stream.write(data, onFree)
    this.#held.push(data)
    this.#heldBytes += data.length
    return this.#heldBytes < MAX_HELD_BYTES
  }

  writeMessage(data: Buffer | string): boolean {
    if (this.#stream) return this.#stream.writeMessage(data)
    return this.write(typeof data === 'string' ? data : Buffer.from(data))
  }

  end(): void {
    this.#ended = true
    this.#stream?.end()
  }

  destroy(): void {
    if (this.#stream) return this.#stream.destroy()
    if (this.#closed) return
    this.#onGone(this)
    this.#closed = true
    this.#held = []
    // Whoever destroys it is in the middle of something.
    process.nextTick(() => this.#receiver.onStreamClose(undefined))
  }

  pause(): void {
    this.#paused = true
    this.#stream?.pause()
  }

  resume(): void {
    this.#paused = false
    this.#stream?.resume()
  }
}
