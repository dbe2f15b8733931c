import type { Flow } from './flow.ts'

/** Counts the streams that await an ACK, each way, against the accept backlog. */
export class Handshake {
  readonly #backlog: number
  readonly #waiting = new Set<Flow>()
  #ours = 0
  #peers = 0

  constructor(backlog: number) {
    this.#backlog = backlog
  }

  /** Whether one more of the peer's streams may await our ACK. */
  get hasRoomForPeer(): boolean {
    return this.#peers < this.#backlog
  }

  peerOpened(): void {
    this.#peers++
  }

  answeredPeer(): void {
    this.#peers--
  }

  /** Whether the SYN of `flow` may leave now; if not, the flow is woken when it may. */
  mayOpen(flow: Flow): boolean {
    if (this.#ours < this.#backlog) {
      this.#ours++
      return true
    }
    this.#waiting.add(flow)
    return false
  }

  /** A stream of ours was acknowledged, or is gone. */
  settled(): void {
    this.#ours--
    const [next] = this.#waiting
    if (next === undefined) return
    this.#waiting.delete(next)
    next.wake()
  }

  giveUp(flow: Flow): void {
    this.#waiting.delete(flow)
  }
}
