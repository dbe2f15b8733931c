import type { HeaderList, ResponseHead } from '@tunnel/http'
import { isCircuitError } from '../actions/circuit-breaker.ts'
import { contentCodings } from '../actions/content-coding.ts'
import { createSseFindReplace, type SseFindReplace, type SseReplacement } from '../actions/sse-find-replace.ts'
import { createScope, type Scope } from '../cel/scope.ts'
import type { PolicyPhase } from '../document/phases.ts'
import type { ActionResults } from '../variables/action-results.ts'
import type { RequestFacts, ResponseFacts } from '../variables/facts.ts'
import { PhaseVariables } from '../variables/phase-variables.ts'
import type { UrlParts } from '../variables/request-url.ts'
import { RequestVariables } from '../variables/request-variables.ts'
import { ResponseVariables } from '../variables/response-variables.ts'
import { eventStreamReplacements } from './event-stream.ts'
import { ExchangeState, HeldBody } from './exchange-state.ts'
import type { FinalResponse, ForwardedRequest, RefuseOutcome, RequestOutcome, ResponseOutcome } from './outcome.ts'
import type { PhaseRun } from './phase-run.ts'
import type { PolicyConnection } from './policy-connection.ts'
import { createPolicyEvents, type PolicyEvents } from './policy-events.ts'
import { type PhaseEnd, runPhase } from './run-phase.ts'
import { refusal, type Step } from './step.ts'

/** One request with its response under a policy. */
export class PolicyExchange {
  readonly #connection: PolicyConnection
  readonly #state: ExchangeState
  readonly #results: ActionResults
  /** Of all phases, one after the other. */
  #scope: Scope | undefined
  /** What the request's event tells. */
  readonly events: PolicyEvents = createPolicyEvents()

  constructor(connection: PolicyConnection, request: RequestFacts) {
    this.#connection = connection
    this.#results = connection.results()
    this.#state = new ExchangeState(new RequestVariables(request))
  }

  /** Runs `on_http_request`. Without an action that has to wait it answers at once. */
  onRequest(): RequestOutcome | Promise<RequestOutcome> {
    const rules = this.#connection.engine.rules('on_http_request')
    if (rules.length === 0) return { kind: 'forward', request: this.#forwarded() }
    return this.#whenRun(runPhase(rules, this.#phaseRun('on_http_request')))
  }

  /** Runs `on_http_response` on what the upstream answered, and tells circuit breakers. Once for an exchange. */
  onResponse(response: ResponseFacts): ResponseOutcome | Promise<ResponseOutcome> {
    this.#settle(response.head.status)
    return this.#runResponse(response)
  }

  /** There is no answer: circuit breakers count it as an error. */
  upstreamFailed(): void {
    this.#settle(undefined)
  }

  /**
   * What the messages of a `text/event-stream` response go through, if the policy has rules for them.
   *
   * @returns A refusal if that cannot be worked out.
   */
  eventStream(): SseFindReplace | RefuseOutcome | undefined {
    const rules = this.#connection.engine.rules('on_event_stream_message')
    const { response } = this.#state
    if (rules.length === 0 || response?.contentType.mediaType !== 'text/event-stream') return undefined
    // Messages in a content coding cannot be told apart.
    if (contentCodings(response.fields).length > 0) return undefined
    const run = (isTraced: boolean): readonly SseReplacement[] =>
      eventStreamReplacements(rules, this.#phaseRun('on_event_stream_message', isTraced))
    try {
      // Before there is a message: what cannot be worked out is refused while there still is an answer to refuse.
      run(true)
    } catch (error) {
      return refusal(error, 'ERR_TUNNEL_2254')
    }
    return createSseFindReplace(() => run(false))
  }

  #phaseRun(phase: PolicyPhase, isTraced = true): PhaseRun {
    const { engine, trace } = this.#connection
    const { runtime, endpoint } = engine
    if (this.#scope) this.#scope.variables.enterNextPhase(this.#state.response)
    else this.#scope = this.#createScope()
    return {
      phase,
      scope: this.#scope,
      runtime,
      endpointId: endpoint.id,
      events: this.events,
      exchange: this.#state,
      trace: isTraced ? trace?.begin(phase) : undefined,
    }
  }

  #createScope(): Scope {
    const { engine, facts, ips } = this.#connection
    const { request, response } = this.#state
    const state = { connection: facts, endpoint: engine.endpoint, request, response, results: this.#results }
    return createScope(new PhaseVariables(state, engine.runtime.variablePorts, ips))
  }

  #whenRun(end: PhaseEnd | Promise<PhaseEnd>): RequestOutcome | Promise<RequestOutcome> {
    return end instanceof Promise ? end.then((settled) => this.#requestOutcome(settled)) : this.#requestOutcome(end)
  }

  #requestOutcome(end: PhaseEnd): RequestOutcome | Promise<RequestOutcome> {
    const { step } = end
    switch (step?.kind) {
      case undefined:
        return { kind: 'forward', request: this.#forwarded() }
      case 'respond':
        return step.passesResponsePhase
          ? this.#passResponsePhase(step)
          : { kind: 'respond', response: madeResponse(step) }
      case 'refuse':
      case 'close':
        return step
      case 'forward-internal':
        return this.#forwardOutcome(step, end)
      default:
        return refusal(new Error(`${step?.kind} is no step of a request`), 'ERR_TUNNEL_2253')
    }
  }

  #forwardOutcome(step: Step & { kind: 'forward-internal' }, { resume }: PhaseEnd): RequestOutcome {
    return {
      kind: 'forward-internal',
      url: step.url,
      request: this.#forwarded(),
      resume: (error) => {
        this.#results.add('forward_internal', { error })
        if (step.onError === 'continue') return this.#whenRun(resume())
        return { kind: 'refuse', status: statusOf(error.code), ...error, headers: [] }
      },
    }
  }

  /** The response rules of the policy run on a response of its request rules. Reference §4.7 */
  #passResponsePhase(step: Step & { kind: 'respond' }): RequestOutcome | Promise<RequestOutcome> {
    const facts: ResponseFacts = { head: headOf(step) }
    this.#state.setResponseBody(HeldBody.of(step.body, facts))
    return this.#runResponse(facts)
  }

  #runResponse(facts: ResponseFacts): ResponseOutcome | Promise<ResponseOutcome> {
    const response = new ResponseVariables(facts)
    this.#state.response = response
    const rules = this.#connection.engine.rules('on_http_response')
    if (rules.length === 0) return { kind: 'respond', response: this.#finalResponse() }
    const end = runPhase(rules, this.#phaseRun('on_http_response'))
    return end instanceof Promise ? end.then((settled) => this.#responseOutcome(settled)) : this.#responseOutcome(end)
  }

  #responseOutcome({ step }: PhaseEnd): ResponseOutcome {
    if (step?.kind === 'respond') return { kind: 'respond', response: madeResponse(step) }
    if (step?.kind === 'refuse') return step
    return { kind: 'respond', response: this.#finalResponse() }
  }

  #finalResponse(): FinalResponse {
    const response = this.#state.response!
    const { compressor } = this.#state
    const body = this.#state.heldResponseBody
    const isChanged = response.fields !== response.facts.head.headers || body !== undefined || compressor !== undefined
    return { isChanged, status: response.status, headers: response.fields, body, compressor }
  }

  #forwarded(): ForwardedRequest {
    const { request } = this.#state
    const { head } = request.facts
    const body = this.#state.heldRequestBody
    const { isRewritten } = request
    return {
      isChanged: isRewritten || request.fields !== head.headers || request.host !== head.host || body !== undefined,
      target: isRewritten ? targetOf(request.parts) : head.target,
      host: request.host,
      headers: request.fields,
      withheld: request.withheld,
      body,
    }
  }

  #settle(status: number | undefined): void {
    const { passes } = this.#state
    if (!passes) return
    this.#state.passes = undefined
    const now = this.#connection.engine.runtime.clock.now()
    for (const pass of passes) pass.settle(isCircuitError(status), now)
  }
}

const madeResponse = ({ status, headers, body }: Step & { kind: 'respond' }): FinalResponse => ({
  isChanged: true,
  status,
  headers,
  body,
  compressor: undefined,
})

/** A made response as response rules see it. */
const headOf = ({ status, headers, body }: { status: number; headers: HeaderList; body: Buffer }): ResponseHead => ({
  status,
  reason: '',
  minorVersion: 1,
  headers,
  framing: 'length',
  contentLength: body.length,
  keepAlive: true,
  upgrade: undefined,
  bodyless: body.length === 0,
})

/** Of errors that another endpoint was not reached with. Reference §9 */
const STATUS: Readonly<Record<string, number>> = { ERR_TUNNEL_3200: 404, ERR_TUNNEL_3501: 508 }

const statusOf = (code: string): number => STATUS[code] ?? 502

const targetOf = ({ path, query }: UrlParts): string => (query === '' ? path : `${path}?${query}`)
