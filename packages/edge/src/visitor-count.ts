import type { Socket } from 'node:net'

/** How long {@link VisitorCount.closeAll} lets goodbyes travel. */
const CLOSE_GRACE_MS = 500

/** All visitor connections of an edge, whatever they speak: counted, bounded, closed together. */
export class VisitorCount {
  readonly #sockets = new Set<Socket>()
  readonly #onRefused: () => void
  max: number

  constructor(max: number, onRefused: () => void = () => {}) {
    this.max = max
    this.#onRefused = onRefused
  }

  get count(): number {
    return this.#sockets.size
  }

  /** Serves a connection, or drops it when there are `max` already. */
  accept(socket: Socket, serve: () => void): void {
    if (this.#sockets.size >= this.max) {
      this.#onRefused()
      socket.destroy()
      return
    }
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    // Whoever serves it handles errors too; until then a reset must not be an uncaught one.
    socket.on('error', () => {})
    serve()
  }

  /**
   * Resolves when every connection is closed. They are ended once `goodbyes` have been said over those that belong to agents;
   * those that are not gone within a moment are cut.
   */
  async closeAll(goodbyes: Promise<unknown>): Promise<void> {
    if (this.#sockets.size === 0) return
    const closed = Promise.all(
      [...this.#sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))),
    )
    void goodbyes.then(() => {
      for (const socket of this.#sockets) socket.end()
    })
    const cut = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy()
    }, CLOSE_GRACE_MS)
    await closed
    clearTimeout(cut)
  }
}
