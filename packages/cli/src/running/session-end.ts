import type { Session } from '@tunnel/agent-core'

/** How a session comes to its end, and closing it once. */
export class SessionEnd {
  /** Resolves when the session is closed, rejects with what ended it. */
  readonly reached: Promise<void>
  #resolve!: () => void
  #reject!: (error: Error) => void
  #session: Session | undefined
  #closing: Promise<void> | undefined

  constructor() {
    this.reached = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // It may come before anybody waits for it.
    this.reached.catch(() => {})
  }

  watch(session: Session): void {
    this.#session = session
    session.once('close', (error) => (error ? this.#reject(error) : this.#resolve()))
  }

  fail(error: Error): void {
    this.#reject(error)
  }

  /** Resolves when the goodbye has left. */
  async close(): Promise<void> {
    this.#closing ??= this.#session?.close()
    await this.#closing
  }
}
