type OperatorSignal = 'SIGHUP' | 'SIGUSR2'

/** SIGHUP and SIGUSR2 end a process that does not listen: they are heard from the start, and carried out once somebody can. */
export class OperatorSignals {
  readonly #handlers = new Map<OperatorSignal, () => void>()
  readonly #early = new Set<OperatorSignal>()

  constructor() {
    for (const name of ['SIGHUP', 'SIGUSR2'] as const) {
      // Windows has no SIGUSR2.
      if (process.platform === 'win32' && name === 'SIGUSR2') continue
      process.on(name, () => {
        const handler = this.#handlers.get(name)
        if (handler) handler()
        else this.#early.add(name)
      })
    }
  }

  on(name: OperatorSignal, handler: () => void): void {
    this.#handlers.set(name, handler)
    if (this.#early.delete(name)) handler()
  }
}
