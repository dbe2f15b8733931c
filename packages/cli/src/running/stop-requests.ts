import { CliError } from '../cli-error.ts'
import type { Surroundings } from '../surroundings.ts'

/** Who asks the command to stop: a signal, the parent process that is gone, the edge. */
export class StopRequests {
  /** Rejects with `ERR_CLI_FORCED` when somebody does not want to wait for the end any longer. */
  readonly forced: Promise<never>
  readonly #listeners = new Set<() => void>()
  readonly #signals = new Set<string>()
  readonly #disposeSignals: () => void
  #isRequested = false

  constructor({ onSignal, parent }: Pick<Surroundings, 'onSignal' | 'parent'>) {
    let force: (error: CliError) => void
    this.forced = new Promise((_resolve, reject) => {
      force = reject
    })
    // Nobody waits for it once the command is over.
    this.forced.catch(() => {})
    this.#disposeSignals = onSignal((signal) => {
      // Ctrl+C reaches the whole group, and then the parent passes its own signal on: those two are one wish.
      const isRepeat = parent ? this.#signals.has(signal) : this.#isRequested
      if (isRepeat) force(new CliError('ERR_CLI_FORCED', `stopped at once by a second signal, ${signal}`))
      this.#signals.add(signal)
      this.request()
    })
    parent?.onDisconnect(() => this.request())
  }

  get isRequested(): boolean {
    return this.#isRequested
  }

  request(): void {
    this.#isRequested = true
    for (const listener of this.#listeners) listener()
    this.#listeners.clear()
  }

  /** Calls `listener` once; now, where stopping was asked for already. */
  onRequest(listener: () => void): void {
    if (this.#isRequested) listener()
    else this.#listeners.add(listener)
  }

  dispose(): void {
    this.#disposeSignals()
    this.#listeners.clear()
  }
}
