import type { Duplex } from 'node:stream'
import type { HeaderList, RequestHead, ResponseHead } from '@tunnel/http'
import type { FinalResponse, PolicyExchange, ResponseOutcome } from '@tunnel/traffic-policy'
import type { Endpoint } from '../endpoints/endpoint.ts'
import { ERROR_CODE_HEADER, errorBody, errorCodeOf, errorHeaders, type VisitorError } from '../http/error-response.ts'
import { acceptOf } from '../http/field.ts'
import { type ForwardedRequest as ForwardedHeads, ForwardedResponse } from '../http/forwarded-head.ts'
import type { Visitor } from '../http/visitor.ts'
import { invalidResponse } from '../http/visitor-errors.ts'
import type { VisitorExchange } from '../http/visitor-exchange.ts'
import type { ExchangeRecord } from '../observation/exchange-record.ts'
import type { ConnectionEnds } from '../peer-address.ts'
import type { EdgeLog } from '../ports.ts'
import { BodyChanges } from './body-changes.ts'
import { emptyHead, responseHeadAfter, streamedHeadAfter, withoutErrorCode } from './changed-head.ts'
import type { ConnectionPolicies } from './connection-policies.ts'
import { refused } from './decision-error.ts'
import { HeldResponse } from './held-response.ts'

/** The exchange that a response answers. */
export interface PolicedResponseOwner {
  readonly endpoint: Endpoint
  readonly head: RequestHead
  readonly exchange: PolicyExchange | undefined
  /** What carries the request on. */
  readonly next: VisitorExchange | undefined
  /** Forgets what carries it on: it has ended by itself. */
  letGo(): void
  readonly isOver: boolean
  /** An action has waited: nobody else will send what is written now. */
  readonly isLate: boolean
  /** There is no answer from where the request was sent. */
  carryFailed(error: VisitorError): void
  answerError(error: VisitorError): void
  drop(): void
  finish(): void
  /** Goes on when an action has waited. Whatever goes wrong inside, nothing is let through. */
  wait<T>(value: Promise<T>, use: (value: T) => void): void
  break(error: unknown): void
}

/** The answer to an exchange under a traffic policy. To what carries the request on it is the visitor. */
export class PolicedResponse implements Visitor {
  readonly #visitor: Visitor
  readonly #owner: PolicedResponseOwner
  readonly #log: EdgeLog
  /** While the policy decides about the response. */
  #held: HeldResponse | undefined
  #changes: BodyChanges | undefined
  #takeOver: ((connection: Duplex) => void) | undefined
  headSent = false
  hostHeader: string | undefined
  #withheld: readonly string[] | undefined

  constructor(visitor: Visitor, owner: PolicedResponseOwner, log: EdgeLog) {
    this.#visitor = visitor
    this.#owner = owner
    this.#log = log
  }

  // What carries the request on asks of a visitor

  get withheld(): readonly string[] | undefined {
    return this.#withheld
  }

  /** Fields that the policy has removed, beside those that the policies before it have. */
  withhold(names: readonly string[] | undefined): void {
    const before = this.#visitor.withheld
    this.#withheld = before && names ? [...before, ...names] : (before ?? names)
  }

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

  get record(): ExchangeRecord | undefined {
    return this.#visitor.record
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
    if (this.#owner.isOver) return
    const head = withoutErrorCode(given)
    const held = new HeldResponse(head, this)
    this.#held = held
    try {
      const outcome = (this.#owner.exchange as PolicyExchange).onResponse(held)
      if (outcome instanceof Promise) this.#owner.wait(outcome, (settled) => this.#respond(settled, forwarded, held))
      else this.#respond(outcome, forwarded, held)
    } catch (error) {
      this.#owner.break(error)
    }
  }

  /** Until its policy has let a response through it may come to hold it; what changes bodies keeps them as long as it likes. */
  get consumesAtOnce(): boolean {
    return this.headSent && this.#changes === undefined && this.#visitor.consumesAtOnce === true
  }

  resumeResponse(): void {
    this.#owner.next?.onVisitorDrain()
  }

  writeBody(chunk: Buffer): void {
    if (this.#owner.isOver) return
    if (this.#held) this.#held.write(chunk)
    else if (this.#changes) this.#changes.write(chunk)
    else this.#visitor.writeBody(chunk)
  }

  writeEnd(trailers: HeaderList | undefined): void {
    if (this.#owner.isOver) return
    this.#owner.letGo()
    if (this.#held) this.#held.finish(trailers)
    else if (this.#changes) this.#changes.end(trailers)
    else this.#endResponse(trailers)
  }

  flush(): boolean {
    if (this.#held) return this.#held.takesMore
    if (this.#changes?.hasRoom === false) return false
    return this.#visitor.flush()
  }

  writeError(error: VisitorError): void {
    if (this.#owner.isOver) return
    this.#owner.letGo()
    if (error.isDecision === true) this.#passDecision(error)
    else this.#owner.carryFailed(error)
  }

  abort(): void {
    this.#owner.letGo()
    if (this.#held) return this.#held.break()
    this.#changes?.destroy()
    this.#visitor.abort()
    this.#owner.finish()
  }

  drop(): void {
    this.#owner.drop()
  }

  pauseRequest(): void {
    this.#visitor.pauseRequest()
  }

  resumeRequest(): void {
    this.#visitor.resumeRequest()
  }

  takeOver(use: (connection: Duplex) => void): void {
    this.#takeOver = use
    if (this.headSent) this.#handOver()
  }

  #respond(outcome: ResponseOutcome, forwarded: ForwardedResponse, held: HeldResponse): void {
    const { head } = held
    this.#held = undefined
    if (outcome.kind === 'refuse') return this.#owner.answerError(refused(outcome))
    if (outcome.response.body !== undefined) return this.sendWhole(head, outcome.response)
    if (held.end === 'cut') {
      const why = 'it ended the connection in the middle of its answer'
      return this.#owner.answerError(invalidResponse(this.#owner.endpoint, why))
    }
    const sse = this.#owner.exchange?.eventStream()
    if (sse && 'kind' in sse) return this.#owner.answerError(refused(sse))
    const { response } = outcome
    const isChanging = sse !== undefined || response.compressor !== undefined
    if (isChanging) this.#changes = this.#bodyChanges(sse, response.compressor)
    this.#sendHead(head, response, isChanging, forwarded)
    const wasHeld = this.#owner.isLate
    const chunks = held.takeChunks()
    if (chunks) for (const chunk of chunks) this.writeBody(chunk)
    if (held.end === 'whole') this.writeEnd(held.trailers())
    else if (wasHeld) this.#owner.next?.onVisitorDrain()
    if (wasHeld) this.#visitor.flush()
  }

  #sendHead(head: ResponseHead, response: FinalResponse, isChanging: boolean, forwarded: ForwardedResponse): void {
    this.headSent = true
    if (isChanging) {
      const changed = responseHeadAfter(head, response, this.#owner.head.method, { kind: 'changing' })
      this.#visitor.writeHead(changed, new ForwardedResponse(forwarded.added))
    } else this.#visitor.writeHead(streamedHeadAfter(head, response, forwarded.changed), forwarded)
    if (this.#takeOver) this.#handOver()
  }

  #handOver(): void {
    const use = this.#takeOver as (connection: Duplex) => void
    this.#takeOver = undefined
    this.#visitor.takeOver(use)
    this.#owner.letGo()
    this.#owner.finish()
  }

  /** An answer whose body is known. What the upstream still says is unwanted. */
  sendWhole(head: ResponseHead, response: FinalResponse): void {
    const { next } = this.#owner
    this.#owner.letGo()
    next?.visitorLeft()
    const { compressor, body = Buffer.alloc(0) } = response
    const kind = compressor ? ({ kind: 'changing' } as const) : ({ kind: 'given', bytes: body.length } as const)
    const made = responseHeadAfter(head, response, this.#owner.head.method, kind)
    this.headSent = true
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
      onDrain: () => this.#owner.next?.onVisitorDrain(),
      onFailure: (error) => {
        this.#log.warn({ err: error, endpoint: this.#owner.endpoint.url }, 'a response could not be changed')
        const { next } = this.#owner
        this.abort()
        next?.visitorLeft()
      },
    })
  }

  #endResponse(trailers: HeaderList | undefined): void {
    this.#visitor.writeEnd(trailers)
    this.#owner.finish()
  }

  /** Another endpoint has decided against the request: an answer, on which this policy's response rules run. */
  #passDecision(error: VisitorError): void {
    const content = errorBody(error, acceptOf(this.#owner.head.headers))
    const { headers } = withoutErrorCode({ ...emptyHead, headers: errorHeaders(error, content) })
    const body = Buffer.from(content.body)
    const code = errorCodeOf(error)
    const kind = { kind: 'given', bytes: body.length } as const
    const head = responseHeadAfter(emptyHead, { status: error.status, headers }, this.#owner.head.method, kind)
    this.writeHead(head, new ForwardedResponse(code === undefined ? undefined : [ERROR_CODE_HEADER, code]))
    if (head.framing !== 'none') this.writeBody(body)
    this.writeEnd(undefined)
  }

  // What the exchange does with it

  /** The visitor does not read. */
  pauseChanges(): void {
    this.#changes?.pause()
  }

  /** Whether what carries the request on may go on too. */
  resumeChanges(): boolean {
    this.#changes?.resume()
    return this.#held === undefined
  }

  stopChanges(): void {
    this.#changes?.destroy()
  }

  breakHeld(): void {
    this.#held?.break()
  }

  forgetHeld(): void {
    this.#held = undefined
  }
}
