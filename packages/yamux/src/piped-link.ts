import type { Duplex } from 'node:stream'
import type { Link } from './link.ts'

/** The session is itself the connection's neighbour: its user pipes both ways. Whoever pipes owns the connection. */
export class PipedLink implements Link {
  readonly #session: Duplex

  constructor(session: Duplex) {
    this.#session = session
  }

  write(parts: Buffer[]): boolean {
    let wantsMore = true
    for (const part of parts) wantsMore = this.#session.push(part)
    return wantsMore
  }

  end(onReleased: () => void): void {
    this.#session.once('end', onReleased)
    this.#session.push(null)
  }

  destroy(): void {}
}
