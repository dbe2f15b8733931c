import {
  chunkHead,
  forwardTrailers,
  type HeaderList,
  isIdempotent,
  LAST_CHUNK,
  type LocationRewrite,
  type RequestHead,
  type ResponseHead,
  serializeTrailers,
} from '@tunnel/http'
import { TunnelError } from '@tunnel/protocol'
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { EdgeLimits } from '../limits.ts'
import { decideAlike } from '../policy/endpoint-policy.ts'
import { RawPump } from '../raw-pump.ts'
import type { ForwardedResponse } from './forwarded-head.ts'
import type { UpstreamConnection, UpstreamFailure, UpstreamListener } from './upstream-connection.ts'
import type { UpstreamPool } from './upstream-pool.ts'
import type { Visitor } from './visitor.ts'
import { invalidResponse, streamFailed, upstreamTimedOut } from './visitor-errors.ts'
import type { VisitorExchange } from './visitor-exchange.ts'

/** One request with its response, from the visitor's parsed head to the last byte of the answer. */
export class Exchange implements UpstreamListener, VisitorExchange {
  readonly #visitor: Visitor
  #endpoint: Endpoint
  #pool: UpstreamPool
  readonly #limits: EdgeLimits
  readonly #head: RequestHead
  #requestHead: Buffer | string
  #upstream: UpstreamConnection | undefined
  #requestEnded = false
  #responseBegun = false
  #over = false
  /** Endpoints of the same address that failed. */
  #tried: Endpoint[] | undefined
  readonly #onOver: () => void

  /** `onOver` is called once, when the response has been written or given up. */
  constructor(
    visitor: Visitor,
    endpoint: Endpoint,
    pool: UpstreamPool,
    limits: EdgeLimits,
    head: RequestHead,
    onOver: () => void,
  ) {
    this.#visitor = visitor
    this.#endpoint = endpoint
    this.#pool = pool
    this.#limits = limits
    this.#head = head
    this.#onOver = onOver
    this.#requestHead = visitor.forwarded.of(head, endpoint, visitor)
    endpoint.running++
  }

  get requestEnded(): boolean {
    return this.#requestEnded
  }

  get responseBegun(): boolean {
    return this.#responseBegun
  }

  get consumesAtOnce(): boolean {
    return this.#visitor.consumesAtOnce === true
  }

  get locationRewrite(): LocationRewrite | undefined {
    const hostHeader = this.#endpoint.hostHeader ?? this.#visitor.hostHeader
    if (hostHeader === undefined) return undefined
    return { fromHost: hostHeader, toOrigin: `${this.#visitor.scheme}://${this.#head.host}` }
  }

  begin(wasCounted = false): void {
    const refusal = wasCounted ? undefined : this.#endpoint.meter?.refuseRequest(this.#visitor.ends())
    if (refusal) return this.#failEarly(streamFailed(this.#endpoint, refusal))
    this.#send(this.#isRepeatable() ? Number.POSITIVE_INFINITY : this.#limits.maxIdleBeforeUnrepeatableMs)
  }

  #send(maxIdleMs: number): void {
    try {
      this.#upstream = this.#pool.take(this.#visitor, maxIdleMs)
    } catch (cause) {
      // Nothing was sent, so that any request can go elsewhere.
      if (this.#moveOn()) return this.#send(maxIdleMs)
      return this.#failEarly(streamFailed(this.#endpoint, TunnelError.from(cause)))
    }
    this.#visitor.record?.sentTo(this.#endpoint, this.#upstream.reused)
    this.#upstream.start(this, this.#head.method, this.#head.upgrade !== undefined)
    const { stream } = this.#upstream
    // A body that is malformed is to take its head with it.
    if (this.#head.framing === 'none') stream.writeMessage(this.#requestHead)
    else stream.write(this.#requestHead)
  }

  writeRequestBody(chunk: Buffer, onFree?: () => void): void {
    const stream = this.#upstream?.stream
    if (!stream) return
    let more: boolean
    if (this.#head.framing === 'chunked') {
      stream.write(chunkHead(chunk.length))
      stream.write(chunk, onFree)
      more = stream.write('\r\n')
    } else {
      more = stream.write(chunk, onFree)
    }
    if (!more) this.#visitor.pauseRequest()
  }

  endRequest(trailers: HeaderList | undefined): void {
    this.#requestEnded = true
    if (this.#head.framing === 'chunked') {
      this.#upstream?.stream.write(trailers ? serializeTrailers(forwardTrailers(trailers)) : LAST_CHUNK)
    }
  }

  visitorLeft(): void {
    this.#upstream?.destroy()
    this.#upstream = undefined
    this.#end()
  }

  onVisitorFull(): void {
    this.#upstream?.stream.pause()
  }

  onVisitorDrain(): void {
    this.#upstream?.stream.resume()
  }

  timeOut(): void {
    this.#upstream?.destroy()
    this.#upstream = undefined
    if (this.#responseBegun) this.#cutShort()
    else this.#failEarly(upstreamTimedOut(this.#endpoint, this.#limits.upstreamIdleTimeoutMs))
    this.#visitor.flush()
  }

  onInformational(head: ResponseHead): void {
    this.#visitor.writeInformational(head)
  }

  onResponseHead(head: ResponseHead, forwarded: ForwardedResponse): void {
    this.#responseBegun = true
    this.#visitor.writeHead(head, forwarded)
    if (head.status === 101) this.#switchProtocols()
  }

  onResponseBody(chunk: Buffer): void {
    this.#visitor.writeBody(chunk)
  }

  onResponseEnd(trailers: HeaderList | undefined): void {
    const upstream = this.#upstream
    this.#upstream = undefined
    // An answer before the request's end: the rest of the request must never reach the next exchange.
    if (upstream) {
      if (this.#requestEnded) this.#pool.release(upstream)
      else upstream.destroy()
    }
    this.#visitor.writeEnd(trailers)
    this.#end()
  }

  onTurnEnd(): void {
    if (!this.#visitor.flush()) this.onVisitorFull()
  }

  onUpstreamDrain(): void {
    this.#visitor.resumeRequest()
  }

  onUpstreamFailure(failure: UpstreamFailure): void {
    const upstream = this.#upstream
    this.#upstream = undefined
    if (this.#responseBegun) return this.#cutShort()
    if (upstream && !upstream.responseBegun && this.#isRepeatable()) {
      if (upstream.reused) return this.#send(0)
      if (isSessionLost(failure) && this.#moveOn()) return this.#send(Number.POSITIVE_INFINITY)
    }
    if (failure.kind === 'stream') return this.#failEarly(streamFailed(this.#endpoint, failure.error))
    this.#failEarly(invalidResponse(this.#endpoint, failure.why))
  }

  /**
   * A kept-alive connection may have been closed by the upstream just as the request left. The request is sent once more
   * when that cannot do harm (RFC 9110 §9.2.2) and nothing of it has to be repeated.
   */
  #isRepeatable(): boolean {
    const { method, framing, contentLength } = this.#head
    return (framing === 'none' || (framing === 'length' && contentLength === 0)) && isIdempotent(method)
  }

  /** On to another endpoint of the same address; `false` where there is none that was not tried. */
  #moveOn(): boolean {
    this.#tried ??= []
    this.#tried.push(this.#endpoint)
    const other = this.#otherPool(this.#tried)
    if (!other) return false
    this.#endpoint.running--
    this.#pool = other
    this.#endpoint = other.endpoint
    this.#endpoint.running++
    this.#requestHead = this.#visitor.forwarded.of(this.#head, this.#endpoint, this.#visitor)
    return true
  }

  /** An endpoint that decides otherwise has not let the request in. */
  #otherPool(tried: Endpoint[]): UpstreamPool | undefined {
    for (;;) {
      const other = this.#pool.alternative(tried)
      if (!other || decideAlike(other.endpoint.policy, this.#endpoint.policy)) return other
      tried.push(other.endpoint)
    }
  }

  #switchProtocols(): void {
    // What the upstream says next waits for somebody to hear it.
    this.#upstream?.stream.pause()
    this.#visitor.takeOver((visitor) => {
      const upstream = this.#upstream
      if (!upstream) return
      this.#upstream = undefined
      const endpoint = this.#endpoint
      endpoint.running++
      const pump = new RawPump(visitor, () => endpoint.running--)
      const rest = upstream.upgrade(pump)
      if (rest.length > 0) pump.onStreamData(rest)
      pump.start(upstream.stream)
      upstream.stream.resume()
      this.#end()
    })
  }

  #failEarly(error: Parameters<Visitor['writeError']>[0]): void {
    this.#visitor.writeError(error)
    this.#end()
  }

  #cutShort(): void {
    this.#visitor.abort()
    this.#end()
  }

  #end(): void {
    if (this.#over) return
    this.#over = true
    this.#endpoint.running--
    this.#onOver()
  }
}

function isSessionLost(failure: UpstreamFailure): boolean {
  return failure.kind === 'stream' && failure.error.code === 'ERR_TUNNEL_3210'
}
