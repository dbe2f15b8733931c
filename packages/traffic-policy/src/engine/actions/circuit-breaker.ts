import type { Prepare } from '../phase-run.ts'

export const circuitBreakerAction: Prepare<'circuit-breaker'> = (config, { identity }) => {
  const breakerConfig = {
    errorThreshold: config.error_threshold,
    volumeThreshold: config.volume_threshold,
    windowMs: config.window_duration,
    trippedMs: config.tripped_duration,
    enforce: config.enforce,
  }
  return (run) => {
    const { circuitBreakers, clock } = run.runtime
    const breaker = circuitBreakers.breaker(`${run.endpointId} ${identity}`, breakerConfig)
    const entered = breaker.enter(clock.now())
    run.events.circuitBreaker = entered.decision
    if (entered.decision !== 'block') {
      run.exchange!.passes = [...(run.exchange!.passes ?? []), entered]
      return undefined
    }
    const message = 'circuit breaker is open'
    return { kind: 'refuse', status: 503, code: 'ERR_TUNNEL_3202', message, headers: entered.headers }
  }
}
