import type { HeaderList, LocationRewrite, RequestHead } from '@tunnel/http'
import type { ForwardedRequest, ForwardInternalOutcome, PolicyExchange, RequestOutcome } from '@tunnel/traffic-policy'
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { VisitorError } from '../http/error-response.ts'
import type { Visitor } from '../http/visitor.ts'
import { noSuchEndpoint, streamFailed } from '../http/visitor-errors.ts'
import type { VisitorExchange } from '../http/visitor-exchange.ts'
import { emptyHead, requestHeadAfter } from './changed-head.ts'
import type { Admission } from './connection-policies.ts'
import { noDecisionInTime, policyBroke, policyErrorOf, refused } from './decision-error.ts'
import type { EndpointPolicy } from './endpoint-policy.ts'
import { HeldRequest } from './held-request.ts'
import { PolicedRequest, type RequestBodySource } from './policed-request.ts'
import { PolicedResponse, type PolicedResponseOwner } from './policed-response.ts'
import type { PolicyPath } from './policy-path.ts'

/**
 * An exchange under a traffic policy, as the visitor sees it: what carries the request on. Where no action has to wait it decides within the
 * call that brings the head, and bodies stream through it. What really carries it on (the endpoint's upstream, or another endpoint with a
 * policy of its own) has its {@link PolicedResponse} for a visitor.
 */
export class PolicedExchange implements VisitorExchange, RequestBodySource, PolicedResponseOwner {
  readonly #visitor: Visitor
  readonly #path: PolicyPath
  readonly #policy: EndpointPolicy
  readonly #onOver: () => void
  readonly #response: PolicedResponse
  readonly endpoint: Endpoint
  readonly head: RequestHead
  exchange: PolicyExchange | undefined
  #request: HeldRequest | undefined
  #requestEnded = false
  #requestEndedAt: number | undefined
  #next: VisitorExchange | undefined
  /** Bytes of the request's body are gone, and can go nowhere else. */
  #bodyGone = false
  /** Where the request is now, if that is another endpoint. */
  #forwarding: ForwardInternalOutcome<RequestOutcome> | undefined
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
    this.endpoint = endpoint
    this.#policy = policy
    this.#path = path
    this.head = head
    this.#onOver = onOver
    this.#response = new PolicedResponse(visitor, this, path.log)
  }

  get requestEnded(): boolean {
    return this.#requestEnded || this.head.framing === 'none'
  }

  get responseBegun(): boolean {
    return this.#response.headSent
  }

  get locationRewrite(): LocationRewrite | undefined {
    return this.#next?.locationRewrite
  }

  begin(): void {
    const refusal = this.endpoint.meter?.refuseRequest(this.#visitor.ends())
    if (refusal) return this.answerError(streamFailed(this.endpoint, refusal))
    try {
      const admission = this.#visitor.policies().admit(this.#policy)
      if (admission instanceof Promise) this.wait(admission, (settled) => this.#admitted(settled))
      else this.#admitted(admission)
    } catch (error) {
      this.break(error)
    }
  }

  writeRequestBody(chunk: Buffer, onFree?: () => void): void {
    if (this.#next) {
      this.#bodyGone = true
      return this.#next.writeRequestBody(chunk, onFree)
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
    this.#response.stopChanges()
    const next = this.#next
    this.finish()
    this.#request?.break()
    this.#response.breakHeld()
    next?.visitorLeft()
  }

  onVisitorFull(): void {
    this.#response.pauseChanges()
    this.#next?.onVisitorFull()
  }

  onVisitorDrain(): void {
    if (this.#response.resumeChanges()) this.#next?.onVisitorDrain()
  }

  timeOut(): void {
    if (this.#next) return this.#next.timeOut()
    if (this.#response.headSent) this.#response.abort()
    else this.answerError(noDecisionInTime())
    this.#visitor.flush()
  }

  // What is decided about the request

  get #held(): HeldRequest {
    this.#request ??= new HeldRequest(this.#visitor)
    return this.#request
  }

  /** The answer is on its way without the rest of the request. */
  get #isAnswered(): boolean {
    return this.#response.headSent || this.#over
  }

  #admitted(admission: Admission): void {
    if (admission === 'closed') return this.drop()
    const { explain } = this.#policy
    const explained = explain?.matches(this.head) ? explain.begin() : undefined
    this.#traced = explained
    const connection = explained ? admission.traced(explained.recorder) : admission
    this.exchange = connection.exchange(new PolicedRequest(this.head, this.#visitor, this))
    const outcome = this.exchange.onRequest()
    if (outcome instanceof Promise) this.wait(outcome, (settled) => this.#decide(settled))
    else this.#decide(outcome)
  }

  get requestEndedAt(): number | undefined {
    return this.#requestEndedAt
  }

  get requestTrailers(): HeaderList | undefined {
    return this.#request?.trailers
  }

  readRequest(maxBytes: number): Promise<Buffer> {
    if (this.head.expectContinue && !this.#requestEnded) {
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
        return this.#goOn(
          this.#path.upstreamExchange(this.#response, this.endpoint, this.#headAfter(outcome.request)),
          outcome.request.body,
          true,
        )
      case 'respond':
        return this.#response.sendWhole(emptyHead, outcome.response)
      case 'refuse':
        return this.answerError(refused(outcome))
      case 'close':
        return this.drop()
      case 'forward-internal':
        return this.#forwardInternal(outcome)
    }
  }

  #headAfter(request: ForwardedRequest): RequestHead {
    this.#response.hostHeader = this.#hostHeaderOf(request.host)
    this.#response.withhold(request.withheld)
    return requestHeadAfter(this.head, request, this.#visitor.forwarded.changed)
  }

  #hostHeaderOf(host: string): string | undefined {
    return host === this.head.host ? this.#visitor.hostHeader : host
  }

  #forwardInternal(outcome: ForwardInternalOutcome<RequestOutcome>): void {
    this.#forwarding = outcome
    const { maxInternalHops } = this.#path.limits
    if (this.#response.hops > maxInternalHops) {
      const message = `the request would pass more than maxInternalHops ${maxInternalHops} endpoints`
      return this.#forwardElsewhere({ code: 'ERR_TUNNEL_3501', message })
    }
    const { scheme, host, port } = outcome.url
    const target = this.#path.routeInternal(this.endpoint.session.accountId, scheme, host, port)
    if (!target) return this.#forwardElsewhere(policyErrorOf(noSuchEndpoint(host)))
    // It has been checked: a phase of requests gives one.
    const request = outcome.request as NonNullable<typeof outcome.request>
    this.#goOn(this.#path.createExchange(this.#response, target, this.#headAfter(request), noop), request.body, false)
  }

  /** The rules say what comes next. */
  #forwardElsewhere(error: { code: string; message: string }): void {
    try {
      const outcome = (this.#forwarding as ForwardInternalOutcome<RequestOutcome>).resume(error)
      if (outcome instanceof Promise) this.wait(outcome, (settled) => this.#decide(settled))
      else this.#decide(outcome)
    } catch (cause) {
      this.break(cause)
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

  drop(): void {
    this.#visitor.drop()
    this.finish()
  }

  // What becomes of the response

  get next(): VisitorExchange | undefined {
    return this.#next
  }

  letGo(): void {
    this.#next = undefined
  }

  get isOver(): boolean {
    return this.#over
  }

  get isLate(): boolean {
    return this.#isLate
  }

  carryFailed(error: VisitorError): void {
    this.exchange?.upstreamFailed()
    if (this.#forwarding && !this.#bodyGone) this.#forwardElsewhere(policyErrorOf(error))
    else this.answerError(error)
  }

  answerError(error: VisitorError): void {
    const next = this.#next
    this.#next = undefined
    next?.visitorLeft()
    this.#visitor.writeError(error)
    this.finish()
  }

  finish(): void {
    if (this.#over) return
    this.#over = true
    this.#next = undefined
    this.#traced?.done()
    if (this.exchange) {
      this.#visitor.record?.addPolicyEvents(this.exchange.events)
      this.#path.report(this.endpoint, this.#visitor.address, this.exchange.events)
    }
    this.#onOver()
  }

  /** Goes on when an action has waited. Whatever goes wrong inside, the request is not let through. */
  wait<T>(value: Promise<T>, use: (value: T) => void): void {
    const useSafely = (settled: T): void => {
      if (this.#over) return
      this.#isLate = true
      try {
        use(settled)
      } catch (error) {
        this.break(error)
      }
    }
    value.then(useSafely, (error: unknown) => this.break(error))
  }

  break(error: unknown): void {
    if (this.#over) return
    this.#path.log.error({ err: error, endpoint: this.endpoint.url }, 'a traffic policy failed')
    this.#response.forgetHeld()
    if (this.#response.headSent) this.#response.abort()
    else this.answerError(policyBroke())
  }
}

/** What carries a request on says by the calls of a visitor how it ends. */
const noop = (): void => {}
