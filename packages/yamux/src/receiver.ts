import { Decoder, type FrameSink } from './decode.ts'
import { YamuxError } from './errors.ts'
import type { Flow } from './flow.ts'
import { ALL_FLAGS, Flag, FrameType } from './frame.ts'

/** What the peer's frames can ask of a session. */
export interface PeerRequests {
  /** SYN. `undefined`: the stream was refused, its payload is dropped. */
  onOpen(streamId: number): Flow | undefined
  find(streamId: number): Flow | undefined
  /** Whether a frame for a stream that is not there can be a late one. */
  wasUsed(streamId: number): boolean
  onPing(id: number): void
  onPong(id: number): void
  onGoAway(code: number): void
}

/** Checks the peer's frames and hands each to whom it concerns. A throw ends the session. */
export class Receiver implements FrameSink {
  readonly decoder = new Decoder(this)
  readonly #requests: PeerRequests
  /** Who gets the payload that is coming in; nobody: it is dropped. */
  #flow: Flow | undefined
  #endsStream = false

  constructor(requests: PeerRequests) {
    this.#requests = requests
  }

  onFrame(type: number, flags: number, streamId: number, length: number): void {
    if (flags > ALL_FLAGS) throw violation(`flags 0x${flags.toString(16)} exceed 0xf`)
    if (type === FrameType.Data || type === FrameType.WindowUpdate) this.#onStreamFrame(type, flags, streamId, length)
    else if (streamId !== 0) throw violation(`frame type ${type} for stream ${streamId}, not 0`)
    else if (type === FrameType.GoAway) this.#requests.onGoAway(length)
    else if (flags === Flag.SYN) this.#requests.onPing(length)
    else if (flags === Flag.ACK) this.#requests.onPong(length)
    else throw violation(`ping with flags 0x${flags.toString(16)}, neither SYN nor ACK`)
  }

  onPayload(piece: Buffer, left: number): void {
    const flow = this.#flow
    if (!flow) return
    flow.deliver(piece)
    if (left === 0 && this.#endsStream) flow.receiveFin()
  }

  #onStreamFrame(type: number, flags: number, streamId: number, length: number): void {
    if (streamId === 0) throw violation(`frame type ${type} for stream 0`)
    const flow = this.#resolve(flags, streamId)
    this.#flow = undefined
    if (!flow) return
    if (flags & Flag.ACK) flow.acknowledge()
    if (flags & Flag.RST) {
      flow.receiveReset()
      return
    }
    const endsStream = (flags & Flag.FIN) !== 0
    if (type === FrameType.WindowUpdate) flow.credit(length)
    else {
      flow.expect(length)
      if (length > 0) {
        this.#flow = flow
        this.#endsStream = endsStream
        return
      }
    }
    if (endsStream) flow.receiveFin()
  }

  #resolve(flags: number, streamId: number): Flow | undefined {
    if (flags & Flag.SYN) {
      if (flags & Flag.RST) throw violation(`SYN with RST for stream ${streamId}`)
      return this.#requests.onOpen(streamId)
    }
    const flow = this.#requests.find(streamId)
    if (!flow && !this.#requests.wasUsed(streamId))
      throw violation(`frame for stream ${streamId}, which was never opened`)
    return flow
  }
}

function violation(message: string): YamuxError {
  return new YamuxError('ERR_YAMUX_PROTOCOL', message)
}
