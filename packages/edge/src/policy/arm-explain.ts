import { MAX_TRACE_LENGTH, TunnelError } from '@tunnel/protocol'
import type { PolicyTrace } from '@tunnel/traffic-policy'
import type { Endpoint } from '../endpoints/endpoint.ts'
import { ArmedExplain } from './armed-explain.ts'

export interface ExplainRequest {
  readonly token: string | undefined
  readonly ttlMs: number
  /** The trace as JSON; `undefined`: no request came in time. */
  onEnd(trace: string | undefined): void
  onFailure(error: TunnelError): void
}

/** From now on an endpoint's policy waits for a request to explain, in place of one that it waited for before. Throws 2206 where there is no policy. */
export function armExplain(endpoint: Endpoint, { token, ttlMs, onEnd, onFailure }: ExplainRequest): void {
  const { policy } = endpoint
  if (!policy) throw new TunnelError(2206, `${endpoint.url} has no traffic policy`)
  policy.explain?.cancel()
  policy.explain = new ArmedExplain({
    token,
    ttlMs,
    onEnd: (trace) => {
      const text = trace && traceText(trace)
      if (text === undefined || text.length <= MAX_TRACE_LENGTH) return onEnd(text)
      onFailure(new TunnelError(812, `a trace of ${text.length} characters exceeds ${MAX_TRACE_LENGTH}`))
    },
  })
}

/** Values of expressions know more than JSON does. */
const traceText = (trace: PolicyTrace): string =>
  JSON.stringify(trace, (_key, value: unknown) => {
    if (typeof value === 'bigint') return Number(value)
    return value instanceof Map ? Object.fromEntries(value) : value
  })
