import type { Duplex } from 'node:stream'
import type { HeaderList, LocationRewrite, RequestHead, ResponseHead } from '@tunnel/http'
import type {
  FinalResponse,
  ForwardedRequest,
  ForwardInternalOutcome,
  PolicyExchange,
  RequestOutcome,
  ResponseOutcome,
} from '@tunnel/traffic-policy'
import type { Endpoint } from '../endpoints/endpoint.ts'
import { ERROR_CODE_HEADER, errorBody, errorCodeOf, errorHeaders, type VisitorError } from '../http/error-response.ts'
import { acceptOf } from '../http/field.ts'
import { type ForwardedRequest as ForwardedHeads, ForwardedResponse } from '../http/forwarded-head.ts'
import type { Visitor } from '../http/visitor.ts'
import { invalidResponse, noSuchEndpoint, streamFailed } from '../http/visitor-errors.ts'
import type { VisitorExchange } from '../http/visitor-exchange.ts'
import type { ConnectionEnds } from '../peer-address.ts'
import { BodyChanges } from './body-changes.ts'
import { emptyHead, requestHeadAfter, responseHeadAfter, streamedHeadAfter, withoutErrorCode } from './changed-head.ts'
import type { Admission, ConnectionPolicies } from './connection-policies.ts'
import { noDecisionInTime, policyBroke, policyErrorOf, refused } from './decision-error.ts'
import type { EndpointPolicy } from './endpoint-policy.ts'
import { HeldRequest } from './held-request.ts'
import { HeldResponse } from './held-response.ts'
import { PolicedRequest, type RequestBodySource } from './policed-request.ts'
import type { PolicyPath } from './policy-path.ts'

/**
 * An exchange under a traffic policy. To the visitor it is what carries the request on; to what really does (the endpoint's upstream, or
 * another endpoint with a policy of its own) it is the visitor. Where no action has to wait it decides within the call that brings the head,
 * and bodies stream through it.
 */
export class PolicedExchange implements VisitorExchange, Visitor, RequestBodySource {
  readonly #visitor: Visitor
  readonly #endpoint: Endpoint
  readonly #policy: EndpointPolicy
  readonly #path: PolicyPath
  readonly #head: RequestHead
  readonly #onOver: () => void
  #exchange: PolicyExchange | undefined
  #request: HeldRequest | undefined
  #requestEnded = false
  #requestEndedAt: number | undefined
  /** What carries the request on. */
  #next: VisitorExchange | undefined
  /** Bytes of the request's body are gone, and can go nowhere else. */
  #bodyGone = false
  /** Where the request is now, if that is another endpoint. */
  #forwarding: ForwardInternalOutcome<RequestOutcome> | undefined
  #hostHeader: string | undefined
  /** While the policy decides about the response. */
  #response: HeldResponse | undefined
  #changes: BodyChanges | undefined
  #takeOver: ((connection: Duplex) => void) | undefined
  #headSent = false
  /** An action has waited: nobody else will send what is written now. */
  #isLate = false
  #over = false
  #traced: { done(): void } | undefined

  constructor(
    visitor: Visitor,
    endpoint: Endpoint,
    policy: EndpointPolicy,
    path: PolicyPath,
    head: RequestHead,
    onOver: () => void,
  ) {
    this.#visitor = visitor
    this.#endpoint = endpoint
    this.#policy = policy
    this.#path = path
    this.#head = head
    this.#onOver = onOver
  }

  // What the visitor sees

  get requestEnded(): boolean {
    return this.#requestEnded || this.#head.framing === 'none'
  }

  get responseBegun(): boolean {
    return this.#headSent
  }

  get locationRewrite(): LocationRewrite | undefined {
    return this.#next?.locationRewrite
  }

  begin(): void {
    const refusal = this.#endpoint.meter?.refuseRequest(this.#visitor.ends())
    if (refusal) return this.#answerError(streamFailed(this.#endpoint, refusal))
    try {
      const admission = this.#visitor.policies().admit(this.#policy)
      if (admission instanceof Promise) this.#wait(admission, (settled) => this.#admitted(settled))
      else this.#admitted(admission)
    } catch (error) {
      this.#break(error)
    }
  }

  writeRequestBody(chunk: Buffer): void {
    if (this.#next) {
      this.#bodyGone = true
      return this.#next.writeRequestBody(chunk)
    }
    if (!this.#isAnswered) this.#held.write(chunk)
  }

  endRequest(trailers: HeaderList | undefined): void {
    this.#requestEnded = true
    this.#requestEndedAt = Date.now()
    if (this.#next) this.#next.endRequest(trailers)
    else if (!this.#isAnswered) this.#held.end(trailers)
  }

  visitorLeft(): void {
    this.#changes?.destroy()
    const next = this.#next
    this.#finish()
    this.#request?.break()
    this.#response?.break()
    next?.visitorLeft()
  }

  onVisitorFull(): void {
    this.#changes?.pause()
    this.#next?.onVisitorFull()
  }

  onVisitorDrain(): void {
    this.#changes?.resume()
    if (!this.#response) this.#next?.onVisitorDrain()
  }

  timeOut(): void {
    if (this.#next) return this.#next.timeOut()
    if (this.#headSent) this.abort()
    else this.#answerError(noDecisionInTime())
    this.#visitor.flush()
  }

  // The request

  get #held(): HeldRequest {
    this.#request ??= new HeldRequest(this.#visitor)
    return this.#request
  }

  /** The answer is on its way without the rest of the request. */
  get #isAnswered(): boolean {
    return this.#headSent || this.#over
  }

  #admitted(admission: Admission): void {
    if (admission === 'closed') return this.#drop()
    const { explain } = this.#policy
    const explained = explain?.matches(this.#head) ? explain.begin() : undefined
    this.#traced = explained
    const { engine } = this.#policy
    const connection = explained ? engine.connection(admission.facts, explained.recorder) : admission
    this.#exchange = connection.exchange(new PolicedRequest(this.#head, this.#visitor, this))
    const outcome = this.#exchange.onRequest()
    if (outcome instanceof Promise) this.#wait(outcome, (settled) => this.#decide(settled))
    else this.#decide(outcome)
  }

  get requestEndedAt(): number | undefined {
    return this.#requestEndedAt
  }

  get requestTrailers(): HeaderList | undefined {
    return this.#request?.trailers
  }

  readRequest(maxBytes: number): Promise<Buffer> {
    if (this.#head.expectContinue && !this.#requestEnded) {
      this.#visitor.writeInformational({
        ...emptyHead,
        status: 100,
        reason: 'Continue',
        framing: 'none',
        bodyless: true,
      })
      this.#visitor.flush()
    }
    return this.#held.read(maxBytes)
  }

  #decide(outcome: RequestOutcome): void {
    this.#forwarding = undefined
    switch (outcome.kind) {
      case 'forward':
        this.#hostHeader = this.#hostHeaderOf(outcome.request.host)
        return this.#goOn(
          this.#path.upstreamExchange(this, this.#endpoint, this.#headAfter(outcome.request)),
          outcome.request.body,
          true,
        )
      case 'respond':
        return this.#sendWhole(emptyHead, outcome.response)
      case 'refuse':
        return this.#answerError(refused(outcome))
      case 'close':
        return this.#drop()
      case 'forward-internal':
        return this.#forwardInternal(outcome)
    }
  }

  #headAfter(request: ForwardedRequest): RequestHead {
    return requestHeadAfter(this.#head, request, this.#visitor.forwarded.changed)
  }

  #hostHeaderOf(host: string): string | undefined {
    return host === this.#head.host ? this.#visitor.hostHeader : host
  }

  #forwardInternal(outcome: ForwardInternalOutcome<RequestOutcome>): void {
    this.#forwarding = outcome
    const { maxInternalHops } = this.#path.limits
    if (this.hops > maxInternalHops) {
      const message = `the request would pass more than maxInternalHops ${maxInternalHops} endpoints`
      return this.#forwardElsewhere({ code: 'ERR_TUNNEL_3501', message })
    }
    const { scheme, host, port } = outcome.url
    const target = this.#path.routeInternal(this.#endpoint.session.accountId, scheme, host, port)
    if (!target) return this.#forwardElsewhere(policyErrorOf(noSuchEndpoint(host)))
    // It has been checked: a phase of requests gives one.
    const request = outcome.request as NonNullable<typeof outcome.request>
    this.#hostHeader = this.#hostHeaderOf(request.host)
    this.#goOn(this.#path.createExchange(this, target, this.#headAfter(request), noop), request.body, false)
  }

  /** The rules say what comes next. */
  #forwardElsewhere(error: { code: string; message: string }): void {
    try {
      const outcome = (this.#forwarding as ForwardInternalOutcome<RequestOutcome>).resume(error)
      if (outcome instanceof Promise) this.#wait(outcome, (settled) => this.#decide(settled))
      else this.#decide(outcome)
    } catch (cause) {
      this.#break(cause)
    }
  }

  /** `body`: all of it, where an action has read it. */
  #goOn(exchange: VisitorExchange, body: Buffer | undefined, wasCounted: boolean): void {
    this.#next = exchange
    exchange.begin(wasCounted)
    if (this.#next !== exchange) return
    if (body !== undefined) {
      if (body.length > 0) exchange.writeRequestBody(body)
      exchange.endRequest(undefined)
    } else if (this.#request?.passTo(exchange)) this.#bodyGone = true
  }

  #drop(): void {
    this.#visitor.drop()
    this.#finish()
  }

  // The response, as the visitor of what carries the request on

  get address(): string {
    return this.#visitor.address
  }

  get scheme(): 'http' | 'https' {
    return this.#visitor.scheme
  }

  get version(): string | undefined {
    return this.#visitor.version
  }

  get forwarded(): ForwardedHeads {
    return this.#visitor.forwarded
  }

  get hops(): number {
    return this.#visitor.hops + 1
  }

  get hostHeader(): string | undefined {
    return this.#hostHeader
  }

  ends(): ConnectionEnds {
    return this.#visitor.ends()
  }

  policies(): ConnectionPolicies {
    return this.#visitor.policies()
  }

  writeInformational(head: ResponseHead): void {
    this.#visitor.writeInformational(head)
  }

  writeHead(given: ResponseHead, forwarded: ForwardedResponse): void {
    if (this.#over) return
    const head = withoutErrorCode(given)
    const held = new HeldResponse(head, this)
    this.#response = held
    try {
      const outcome = (this.#exchange as PolicyExchange).onResponse(held)
      if (outcome instanceof Promise) this.#wait(outcome, (settled) => this.#respond(settled, forwarded, held))
      else this.#respond(outcome, forwarded, held)
    } catch (error) {
      this.#break(error)
    }
  }

  resumeResponse(): void {
    this.#next?.onVisitorDrain()
  }

  writeBody(chunk: Buffer): void {
    if (this.#over) return
    if (this.#response) this.#response.write(chunk)
    else if (this.#changes) this.#changes.write(chunk)
    else this.#visitor.writeBody(chunk)
  }

  writeEnd(trailers: HeaderList | undefined): void {
    if (this.#over) return
    this.#next = undefined
    if (this.#response) this.#response.finish(trailers)
    else if (this.#changes) this.#changes.end(trailers)
    else this.#endResponse(trailers)
  }

  flush(): boolean {
    if (this.#response) return this.#response.takesMore
    if (this.#changes?.hasRoom === false) return false
    return this.#visitor.flush()
  }

  writeError(error: VisitorError): void {
    if (this.#over) return
    this.#next = undefined
    if (error.isDecision === true) return this.#passDecision(error)
    this.#exchange?.upstreamFailed()
    if (this.#forwarding && !this.#bodyGone) this.#forwardElsewhere(policyErrorOf(error))
    else this.#answerError(error)
  }

  abort(): void {
    this.#next = undefined
    if (this.#response) return this.#response.break()
    this.#changes?.destroy()
    this.#visitor.abort()
    this.#finish()
  }

  drop(): void {
    this.#drop()
  }

  pauseRequest(): void {
    this.#visitor.pauseRequest()
  }

  resumeRequest(): void {
    this.#visitor.resumeRequest()
  }

  takeOver(use: (connection: Duplex) => void): void {
    this.#takeOver = use
    if (this.#headSent) this.#handOver()
  }

  #respond(outcome: ResponseOutcome, forwarded: ForwardedResponse, held: HeldResponse): void {
    const { head } = held
    this.#response = undefined
    if (outcome.kind === 'refuse') return this.#answerError(refused(outcome))
    if (outcome.response.body !== undefined) return this.#sendWhole(head, outcome.response)
    if (held.end === 'cut') {
      const why = 'it ended the connection in the middle of its answer'
      return this.#answerError(invalidResponse(this.#endpoint, why))
    }
    const sse = this.#exchange?.eventStream()
    if (sse && 'kind' in sse) return this.#answerError(refused(sse))
    const { response } = outcome
    const isChanging = sse !== undefined || response.compressor !== undefined
    if (isChanging) this.#changes = this.#bodyChanges(sse, response.compressor)
    this.#sendHead(head, response, isChanging, forwarded)
    const wasHeld = this.#isLate
    for (const chunk of held.takeChunks() ?? []) this.writeBody(chunk)
    if (held.end === 'whole') this.writeEnd(held.trailers())
    else if (wasHeld) this.#next?.onVisitorDrain()
    if (wasHeld) this.#visitor.flush()
  }

  #sendHead(head: ResponseHead, response: FinalResponse, isChanging: boolean, forwarded: ForwardedResponse): void {
    this.#headSent = true
    if (isChanging) {
      const changed = responseHeadAfter(head, response, this.#head.method, { kind: 'changing' })
      this.#visitor.writeHead(changed, new ForwardedResponse(forwarded.added))
    } else this.#visitor.writeHead(streamedHeadAfter(head, response, forwarded.changed), forwarded)
    if (this.#takeOver) this.#handOver()
  }

  #handOver(): void {
    const use = this.#takeOver as (connection: Duplex) => void
    this.#takeOver = undefined
    this.#visitor.takeOver(use)
    this.#next = undefined
    this.#finish()
  }

  /** An answer whose body is known. What the upstream still says is unwanted. */
  #sendWhole(head: ResponseHead, response: FinalResponse): void {
    const next = this.#next
    this.#next = undefined
    next?.visitorLeft()
    const { compressor, body = Buffer.alloc(0) } = response
    const kind = compressor ? ({ kind: 'changing' } as const) : ({ kind: 'given', bytes: body.length } as const)
    const made = responseHeadAfter(head, response, this.#head.method, kind)
    this.#headSent = true
    this.#visitor.writeHead(made, new ForwardedResponse())
    if (compressor) this.#changes = this.#bodyChanges(undefined, compressor)
    if (made.framing !== 'none' && body.length > 0) this.writeBody(body)
    this.writeEnd(undefined)
    this.#visitor.flush()
  }

  #bodyChanges(...[sse, compressor]: [ConstructorParameters<typeof BodyChanges>[0], FinalResponse['compressor']]) {
    return new BodyChanges(sse, compressor, {
      write: (chunk) => this.#visitor.writeBody(chunk),
      flush: () => this.#visitor.flush(),
      end: (trailers) => this.#endResponse(trailers),
      onDrain: () => this.#next?.onVisitorDrain(),
      onFailure: (error) => {
        this.#path.log.warn({ err: error, endpoint: this.#endpoint.url }, 'a response could not be changed')
        const next = this.#next
        this.abort()
        next?.visitorLeft()
      },
    })
  }

  #endResponse(trailers: HeaderList | undefined): void {
    this.#visitor.writeEnd(trailers)
    this.#finish()
  }

  /** Another endpoint has decided against the request: an answer, on which this policy's response rules run. */
  #passDecision(error: VisitorError): void {
    const content = errorBody(error, acceptOf(this.#head.headers))
    const { headers } = withoutErrorCode({ ...emptyHead, headers: errorHeaders(error, content) })
    const body = Buffer.from(content.body)
    const code = errorCodeOf(error)
    const kind = { kind: 'given', bytes: body.length } as const
    const head = responseHeadAfter(emptyHead, { status: error.status, headers }, this.#head.method, kind)
    this.writeHead(head, new ForwardedResponse(code === undefined ? undefined : [ERROR_CODE_HEADER, code]))
    if (head.framing !== 'none') this.writeBody(body)
    this.writeEnd(undefined)
  }

  #answerError(error: VisitorError): void {
    const next = this.#next
    this.#next = undefined
    next?.visitorLeft()
    this.#visitor.writeError(error)
    this.#finish()
  }

  #finish(): void {
    if (this.#over) return
    this.#over = true
    this.#next = undefined
    this.#traced?.done()
    if (this.#exchange) this.#path.report(this.#endpoint, this.#visitor.address, this.#exchange.events)
    this.#onOver()
  }

  /** Goes on when an action has waited. Whatever goes wrong inside, the request is not let through. */
  #wait<T>(value: Promise<T>, use: (value: T) => void): void {
    const useSafely = (settled: T): void => {
      if (this.#over) return
      this.#isLate = true
      try {
        use(settled)
      } catch (error) {
        this.#break(error)
      }
    }
    value.then(useSafely, (error: unknown) => this.#break(error))
  }

  #break(error: unknown): void {
    if (this.#over) return
    this.#path.log.error({ err: error, endpoint: this.#endpoint.url }, 'a traffic policy failed')
    this.#response = undefined
    if (this.#headSent) this.abort()
    else this.#answerError(policyBroke())
  }
}

/** What carries a request on says by the calls of a visitor how it ends. */
const noop = (): void => {}
