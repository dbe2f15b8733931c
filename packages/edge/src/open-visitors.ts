import type { Duplex } from 'node:stream'

/** Visitors' connections, with how each is asked to leave. Those of agents are not among them. */
export class OpenVisitors {
  readonly #leave = new Map<Duplex, () => void>()
  #leaving = false

  get size(): number {
    return this.#leave.size
  }

  /** Until `connection` is closed or forgotten. `leave` is called when the edge drains; at once when it does so already. */
  add(connection: Duplex, leave: () => void): void {
    this.#leave.set(connection, leave)
    connection.once('close', () => this.#leave.delete(connection))
    if (this.#leaving) leave()
  }

  /** The connection turned out to be nobody's whom the edge would wait for. */
  forget(connection: Duplex): void {
    this.#leave.delete(connection)
  }

  askToLeave(): void {
    this.#leaving = true
    for (const leave of [...this.#leave.values()]) leave()
  }
}
