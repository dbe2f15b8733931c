import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { within } from '../src/harness/until.ts'
import type { Site } from './site.ts'
import type { Kind } from './workload.ts'

/** A visit that takes longer hangs. */
const VISIT_DEADLINE_MS = 120_000
/** Enough to see what is wrong; a failing soak must not grow without end itself. */
const MAX_KEPT_FAILURES = 20

/** Visitors that come again and again until they are told to stop. */
export class Traffic {
  readonly failures: string[] = []
  readonly #counts = new Map<string, number>()
  readonly #stop = new AbortController()
  readonly #loops: Promise<void>[] = []

  constructor() {
    // One for each visitor that rests.
    setMaxListeners(0, this.#stop.signal)
  }

  get visits(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }

  /** Kinds of which no visit went well. */
  get missing(): string[] {
    return [...this.#counts].filter(([, times]) => times === 0).map(([name]) => name)
  }

  summary(): string {
    return [...this.#counts].map(([name, times]) => `${times} × ${name}`).join(', ')
  }

  start(kinds: readonly Kind[], site: Site): void {
    for (const kind of kinds) {
      this.#counts.set(kind.name, 0)
      for (let visitor = 0; visitor < kind.visitors; visitor++) this.#loops.push(this.#comeAgain(kind, site))
    }
  }

  /** Resolves when the last visit has ended. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#loops)
  }

  async #comeAgain(kind: Kind, site: Site): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      try {
        await within(kind.visit(site), 'the visit to end', VISIT_DEADLINE_MS)
        this.#counts.set(kind.name, (this.#counts.get(kind.name) ?? 0) + 1)
      } catch (cause) {
        if (this.failures.length < MAX_KEPT_FAILURES) this.failures.push(`${kind.name}: ${messageOf(cause)}`)
      }
      await delay(kind.restMs, undefined, { signal }).catch(() => {})
    }
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error
    ? `${cause.message} ${(cause as NodeJS.ErrnoException).code ?? ''}`.trim()
    : String(cause)
}
