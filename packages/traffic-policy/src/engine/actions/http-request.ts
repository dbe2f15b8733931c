import { ActionError } from '../../actions/action-error.ts'
import { type HttpRequestOutcome, httpRequest, type LastAttempt } from '../../actions/http-request.ts'
import type { HttpRequestConfig } from '../../actions/http-request-build.ts'
import { celFromJson } from '../../cel/json.ts'
import { celLimits } from '../../cel/limits.ts'
import { asBool } from '../../cel/logic.ts'
import { ATTEMPTS, LAST_ATTEMPT } from '../../document/action-configs/http-request.ts'
import { type PhaseRun, type Prepare, render, setResults } from '../phase-run.ts'
import { refusal, type Step } from '../step.ts'
import { headerLines } from './headers.ts'

type Config = Parameters<Prepare<'http-request'>>[0]

const noFetch = () => Promise.reject(new Error('policies cannot make requests here'))

export const httpRequestAction: Prepare<'http-request'> =
  (config) =>
  async (run): Promise<Step | undefined> => {
    let outcome: HttpRequestOutcome
    try {
      outcome = await request(run, config)
    } catch (error) {
      const step = refusal(error, 'ERR_TUNNEL_2253')
      setResults(run, 'http_request', { error: { code: step.code, message: step.message } })
      return config.on_error === 'halt' ? step : undefined
    }
    setResults(run, 'http_request', outcome.results)
    return outcome.error && config.on_error === 'halt' ? refusal(outcome.error, 'ERR_TUNNEL_2253') : undefined
  }

function request(run: PhaseRun, config: Config): Promise<HttpRequestOutcome> {
  const { runtime, scope, exchange } = run
  const { facts } = exchange!.request
  const { retry_condition: retry } = config
  const shouldRetry = (attempts: number, last: LastAttempt): boolean => {
    const { vars } = scope.variables
    vars.set(ATTEMPTS, BigInt(attempts))
    vars.set(LAST_ATTEMPT, lastAttempt(last))
    scope.steps = celLimits.maxSteps
    try {
      return asBool(retry!.run(scope))
    } catch (cause) {
      throw new ActionError('ERR_TUNNEL_2253', 'retry_condition failed', { cause })
    } finally {
      vars.delete(ATTEMPTS)
      vars.delete(LAST_ATTEMPT)
    }
  }
  return httpRequest(
    rendered(run, config),
    {
      requestId: facts.id,
      clientIp: scope.variables.connection.clientIp,
      reportAbuseUrl: runtime.ports.reportAbuseUrl ?? '',
      requestHeaders: facts.head.headers,
    },
    { fetch: runtime.fetch ?? noFetch, clock: runtime.clock, ...(retry && { shouldRetry }) },
  )
}

/** Published examples write `statusCode` and `headers`; result variables are written otherwise. Reference §4.10 */
function lastAttempt({ req, res, error }: LastAttempt): unknown {
  const response = res && { ...res, statusCode: res.status_code, headers: res.header }
  return celFromJson(
    { req: { ...req, headers: req.header }, res: response ?? {}, error: error ?? { code: '', message: '' } },
    'int',
  )
}

function rendered(run: PhaseRun, config: Config): HttpRequestConfig {
  const text = config.body && render(run, config.body)
  return {
    url: render(run, config.url),
    method: config.method,
    queryParams: config.query_params.map(({ key, value }) => ({ key: render(run, key), value: render(run, value) })),
    headers: headerLines(run, config.headers),
    ...(text !== undefined && { body: text }),
    maxRedirects: config.max_redirects,
    timeoutMs: config.timeout,
  }
}
