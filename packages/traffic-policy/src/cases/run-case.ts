import type { HeaderList } from '@tunnel/http'
import type { SseFindReplace } from '../actions/sse-find-replace.ts'
import type { InternalUrl } from '../document/action-configs/forward-internal.ts'
import type { FinalResponse, ForwardedRequest, RefuseOutcome, RequestOutcome, TcpOutcome } from '../engine/outcome.ts'
import type { PolicyConnection } from '../engine/policy-connection.ts'
import type { PolicyExchange } from '../engine/policy-exchange.ts'
import type { EndpointFacts, RequestFacts, ResponseFacts } from '../variables/facts.ts'
import { responseOf } from './case-facts.ts'
import type { PolicyCase } from './case-schema.ts'

/** What came of one request. */
export interface CaseOutcome {
  readonly outcome: 'forward' | 'respond' | 'refuse' | 'close' | 'forward-internal'
  readonly status?: number
  readonly code?: string
  readonly message?: string
  /** Of the answer. */
  readonly headers?: HeaderList
  readonly body?: Buffer
  /** Where `forward-internal` leads. */
  readonly url?: string
  readonly request?: SentRequest
}

/** What the upstream got. */
export interface SentRequest {
  readonly target: string
  readonly host: string
  readonly headers: HeaderList
  readonly body: Buffer
}

/** What the edge would answer where the upstream has no answer. */
const UPSTREAM_FAILED = { status: 502, code: 'ERR_TUNNEL_8012' }

/** Lets one request of a case through a policy, as an edge does. */
export async function runCase(
  connection: PolicyConnection,
  facts: RequestFacts,
  given: PolicyCase,
  { protocol }: Pick<EndpointFacts, 'protocol'>,
): Promise<CaseOutcome> {
  const accepted = await connectionOutcome(await connection.onTcpConnect(), connection)
  if (accepted !== undefined) return accepted
  if (protocol === 'tcp' || protocol === 'tls') return { outcome: 'forward' }
  const exchange = connection.exchange(facts)
  return requestOutcome(await exchange.onRequest(), exchange, facts, given)
}

async function connectionOutcome(outcome: TcpOutcome, connection: PolicyConnection): Promise<CaseOutcome | undefined> {
  switch (outcome.kind) {
    case 'continue':
      return undefined
    case 'close':
      return { outcome: 'close', ...outcome.error }
    case 'forward-internal':
      return { outcome: 'forward-internal', url: urlText(outcome.url) }
    case 'terminate-tls':
      return connectionOutcome(await outcome.resume(connection.facts.tls ?? {}), connection)
  }
}

async function requestOutcome(
  outcome: RequestOutcome,
  exchange: PolicyExchange,
  facts: RequestFacts,
  given: PolicyCase,
): Promise<CaseOutcome> {
  switch (outcome.kind) {
    case 'respond':
      return { outcome: 'respond', ...answerOf(outcome.response, Buffer.alloc(0)) }
    case 'refuse':
      return refused(outcome)
    case 'close':
      return { outcome: 'close', ...outcome.error }
    case 'forward': {
      const request = await sentRequest(outcome.request, facts)
      return { ...(await upstreamOutcome(exchange, given)), request }
    }
    case 'forward-internal': {
      if (given.upstream.offline) {
        const error = { code: 'ERR_TUNNEL_3200', message: 'endpoint is offline' }
        return requestOutcome(await outcome.resume(error), exchange, facts, given)
      }
      const request = outcome.request && (await sentRequest(outcome.request, facts))
      const answer = await upstreamOutcome(exchange, given)
      const kind = answer.outcome === 'forward' ? 'forward-internal' : answer.outcome
      return { ...answer, outcome: kind, url: urlText(outcome.url), ...(request && { request }) }
    }
  }
}

async function upstreamOutcome(exchange: PolicyExchange, given: PolicyCase): Promise<CaseOutcome> {
  if (given.upstream.offline) {
    exchange.upstreamFailed()
    return { outcome: 'forward', ...UPSTREAM_FAILED }
  }
  const facts = responseOf(given)
  const outcome = await exchange.onResponse(facts)
  if (outcome.kind === 'refuse') return refused(outcome)
  const stream = exchange.eventStream()
  if (stream !== undefined && 'kind' in stream) return refused(stream)
  return { outcome: 'forward', ...answerOf(outcome.response, await bodyOf(facts, stream)) }
}

async function bodyOf(facts: ResponseFacts, stream: SseFindReplace | undefined): Promise<Buffer> {
  const body = (await facts.readBody?.(Number.POSITIVE_INFINITY)) ?? Buffer.alloc(0)
  return stream ? Buffer.concat([stream.write(body), stream.end()]) : body
}

const PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, tls: 443 }

const urlText = ({ scheme, host, port }: InternalUrl): string =>
  `${scheme}://${host}${PORTS[scheme] === port ? '' : `:${port}`}`

/** Before compression: that is told by the fields. */
const answerOf = ({ status, headers, body }: FinalResponse, own: Buffer) => ({ status, headers, body: body ?? own })

const refused = ({ status, code, message, headers }: RefuseOutcome): CaseOutcome => ({
  outcome: 'refuse',
  status,
  code,
  message,
  headers,
})

async function sentRequest(
  { target, host, headers, body }: ForwardedRequest,
  facts: RequestFacts,
): Promise<SentRequest> {
  const own = body ?? (await facts.readBody?.(Number.POSITIVE_INFINITY)) ?? Buffer.alloc(0)
  return { target, host, headers, body: own }
}
