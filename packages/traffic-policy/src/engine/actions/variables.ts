import { CelError } from '../../cel/cel-error.ts'
import { celLimits } from '../../cel/limits.ts'
import { assertValueSize } from '../../document/action-configs/template-value.ts'
import { type PhaseRun, type Prepare, setResults } from '../phase-run.ts'
import { MAX_LOG_BYTES } from '../policy-events.ts'
import { REDACTED, redacted } from '../redact.ts'

/** In order: a later one sees the earlier. Reference §4.23 */
export const setVarsAction: Prepare<'set-vars'> = ({ vars }) => {
  return (run) => {
    const { scope, trace } = run
    for (const { name, value } of vars) {
      scope.steps = celLimits.maxSteps
      const result = value.evaluate(scope)
      assertValueSize(result)
      scope.variables.vars.set(name, result)
    }
    trace?.results(
      Object.fromEntries(
        vars.map(({ name, value }) => [name, value.readsSecret ? REDACTED : scope.variables.vars.get(name)]),
      ),
    )
    return undefined
  }
}

/** It never fails a request: what cannot be worked out is an entry that says so. Reference §4.12 */
export const logAction: Prepare<'log'> = ({ metadata }) => {
  const fields = Object.entries(metadata)
  return (run) => {
    const entry: Record<string, unknown> = Object.fromEntries(
      fields.map(([name, value]) => [name, value.readsSecret ? REDACTED : redacted(evaluated(run, value))]),
    )
    const { events } = run
    const bytes = Buffer.byteLength(JSON.stringify(entry))
    if (events.logBytes + bytes <= MAX_LOG_BYTES) {
      events.logBytes += bytes
      events.logs.push({ metadata: entry })
    }
    setResults(run, 'log', { metadata: entry })
    return undefined
  }
}

function evaluated({ scope }: PhaseRun, value: { evaluate(scope: PhaseRun['scope']): unknown }): unknown {
  scope.steps = celLimits.maxSteps
  try {
    return value.evaluate(scope)
  } catch (error) {
    if (error instanceof CelError) return `error: ${error.message}`
    throw error
  }
}
