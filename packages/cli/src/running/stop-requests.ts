import { CliError } from '../cli-error.ts'
import type { Surroundings } from '../surroundings.ts'

/** Who asks the command to stop: a signal, the parent process that is gone, the edge. */
export class StopRequests {
  /** Rejects with `ERR_CLI_FORCED` when somebody does not want to wait for the end any longer. */
  readonly forced: Promise<never>
  readonly #listeners = new Set<() => void>()
  readonly #signals = new Set<string>()
  readonly #disposeSignals: () => void
  readonly #hasParent: boolean
  #force!: (error: CliError) => void
  #isRequested = false

  constructor({ onSignal, parent }: Pick<Surroundings, 'onSignal' | 'parent'>) {
    this.forced = new Promise((_resolve, reject) => {
      this.#force = reject
    })
    // Nobody waits for it once the command is over.
    this.forced.catch(() => {})
    this.#hasParent = parent !== undefined
    this.#disposeSignals = onSignal((signal) => this.signal(signal))
    parent?.onDisconnect(() => this.request())
  }

  get isRequested(): boolean {
    return this.#isRequested
  }

  /** A signal, or a key that stands for one. */
  signal(signal: string): void {
    // Ctrl+C reaches the whole group, and then the parent passes its own signal on: those two are one wish.
    const isRepeat = this.#hasParent ? this.#signals.has(signal) : this.#isRequested
    if (isRepeat) this.#force(new CliError('ERR_CLI_FORCED', `stopped at once by a second signal, ${signal}`))
    this.#signals.add(signal)
    this.request()
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
