import { TunnelError } from '@tunnel/protocol'
import { adviceFor } from './advice.ts'
import type { Finding, Problem, TestResult, TestSection } from './diagnosis.ts'

/** Runs tests one after the other; after a failure those that need it are skipped. */
export class SectionRunner {
  readonly title: string
  readonly #tests: TestResult[] = []
  readonly #onTest: (section: string, test: TestResult) => void
  #hasFailed = false

  constructor(title: string, onTest: (section: string, test: TestResult) => void) {
    this.title = title
    this.#onTest = onTest
  }

  get hasFailed(): boolean {
    return this.#hasFailed
  }

  get section(): TestSection {
    return { title: this.title, tests: this.#tests }
  }

  /** What `run` rejects with is a problem; with `isOptional` it is a warning. */
  async test(name: string, run: () => Promise<Finding>, isOptional = false): Promise<void> {
    const startedAt = performance.now()
    const result = this.#hasFailed ? ({ state: 'skipped', details: [] } as const) : await outcomeOf(run, isOptional)
    if (result.state === 'error') this.#hasFailed = true
    const test = { name, ...result, durationMs: performance.now() - startedAt }
    this.#tests.push(test)
    this.#onTest(this.title, test)
  }
}

async function outcomeOf(
  run: () => Promise<Finding>,
  isOptional: boolean,
): Promise<Pick<TestResult, 'state' | 'details' | 'problem'>> {
  try {
    const { details = [], warning, isSkipped } = await run()
    if (warning) return { state: 'warn', details, problem: problemOf(warning) }
    return { state: isSkipped ? 'skipped' : 'ok', details }
  } catch (cause) {
    return { state: isOptional ? 'warn' : 'error', details: [], problem: problemOf(TunnelError.from(cause)) }
  }
}

function problemOf({ code, message }: TunnelError): Problem {
  return { code, message, advice: adviceFor(code) }
}
