import { type RateDecision, rateLimitBucket, rateLimitOutcome } from '../../actions/rate-limit.ts'
import { CelError } from '../../cel/cel-error.ts'
import type { CompiledExpression } from '../../cel/compile-expression.ts'
import { celFromJson } from '../../cel/json.ts'
import { celLimits } from '../../cel/limits.ts'
import { textOf } from '../../cel/text-of.ts'
import { isMap } from '../../cel/values.ts'
import { type PhaseRun, type Prepare, setResults } from '../phase-run.ts'
import { respond, type Step, type StepOrPromise } from '../step.ts'
import { whenSettled } from '../when-settled.ts'

export const rateLimitAction: Prepare<'rate-limit'> = (config, { identity }) => {
  const limit = { capacity: config.capacity, rateMs: config.rate, enforce: config.enforce }
  return (run): StepOrPromise => {
    const { bucketKey, counterKey } = rateLimitBucket(
      config.name,
      config.bucket_key.map((expression) => keyPart(run, expression)),
    )
    const decide = (decision: RateDecision): Step | undefined => {
      const { reject, headers, results } = rateLimitOutcome(limit, bucketKey, decision)
      setResults(run, 'rate_limit', celFromJson(results, 'int') as object)
      if (!reject) return undefined
      return respond(429, [...headers, 'content-type', 'text/plain; charset=utf-8'], Buffer.from('Too Many Requests\n'))
    }
    const { rateCounters, clock } = run.runtime
    return whenSettled(rateCounters.take(`${run.endpointId} ${identity}`, counterKey, limit, clock.now()), decide)
  }
}

/** What fails is the empty text: visitors without a key share one bucket. Reference §7.1 */
function keyPart({ scope }: PhaseRun, expression: CompiledExpression): unknown {
  scope.steps = celLimits.maxSteps
  try {
    const value = expression.run(scope)
    return typeof value === 'object' && (Array.isArray(value) || isMap(value)) ? textOf(value) : value
  } catch (error) {
    if (error instanceof CelError && error.kind === 'value') return ''
    throw error
  }
}
