import { type Duplex, PassThrough } from 'node:stream'
import {
  forwardTrailers,
  type HeaderList,
  HttpError,
  type RequestHead,
  type ResponseHead,
  trailersFromHttp2,
} from '@tunnel/http'
import { errorCodes, type ServerStream, type StreamListener } from '@tunnel/http2'
import { atTurnEnd } from '@tunnel/socket-buffers'
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { ExchangeRecord } from '../observation/exchange-record.ts'
import type { ConnectionEnds } from '../peer-address.ts'
import type { ConnectionPolicies } from '../policy/connection-policies.ts'
import { turnTimeMs } from '../turn-time.ts'
import { errorBody, errorCodeOf, errorHeaders, type VisitorError } from './error-response.ts'
import { acceptOf } from './field.ts'
import type { ForwardedRequest, ForwardedResponse } from './forwarded-head.ts'
import { ownResponseBlock, responseBlock, trailersBlock } from './http2-blocks.ts'
import type { Http2Connection } from './http2-connection.ts'
import { UpgradedStream } from './upgraded-stream.ts'
import type { Visitor } from './visitor.ts'
import { edgeOverloaded, invalidResponse, malformedRequest, misdirected, noSuchEndpoint } from './visitor-errors.ts'
import type { VisitorExchange } from './visitor-exchange.ts'
import { acceptsWebSocket, addWebSocketKey } from './websocket-key.ts'

/** One request on an HTTP/2 visitor connection. Towards the agent it becomes HTTP/1.1 (design.md, "How a request travels" 6). */
export class Http2Visitor implements Visitor, StreamListener {
  readonly scheme = 'https'
  readonly version = 'HTTP/2.0'
  readonly hops = 0
  readonly hostHeader = undefined
  readonly withheld = undefined
  record: ExchangeRecord | undefined
  readonly #connection: Http2Connection
  readonly #stream: ServerStream
  #exchange: VisitorExchange | undefined
  #endpoint: Endpoint | undefined
  #head: RequestHead | undefined
  /** Of the request's body. */
  #received = 0
  /** Nothing has come or gone for `upstreamIdleTimeoutMs`. */
  #idleTimer: NodeJS.Timeout | undefined
  #lingerTimer: NodeJS.Timeout | undefined
  #more = true
  /** Of a request for an upgrade: what the visitor says goes here. */
  #upgraded: UpgradedStream | undefined

  constructor(stream: ServerStream, connection: Http2Connection) {
    this.#stream = stream
    this.#connection = connection
  }

  get address(): string {
    return this.#connection.address
  }

  get forwarded(): ForwardedRequest {
    return this.#connection.forwarded
  }

  begin(fields: readonly string[], endStream: boolean): void {
    let head: RequestHead
    try {
      head = this.#connection.headOf(fields, endStream)
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      return this.refuse(error)
    }
    if (head.upgrade !== undefined) addWebSocketKey(head.headers)
    this.#head = head
    const { path, observed, refusesFrom, secured } = this.#connection
    this.record = observed?.begin(head)
    const { overload } = path
    if (overload.stage >= refusesFrom) {
      overload.onRequestRefused(refusesFrom)
      return this.writeError(edgeOverloaded())
    }
    const endpoint = path.route('https', head.host)
    if (endpoint === 'own-host') return this.writeError(misdirected(head.host))
    const misplaced = path.misplaced(secured, head.host, endpoint)
    if (misplaced) return this.writeError(misplaced)
    if (!endpoint) return this.writeError(noSuchEndpoint(head.host))
    this.#endpoint = endpoint
    if (this.record) observed?.lead(this.record, endpoint)
    this.#idleTimer = setTimeout(this.#onIdle, path.limits.upstreamIdleTimeoutMs)
    const { upgrade } = head
    if (upgrade !== undefined) this.#upgraded = new UpgradedStream(this.#stream, () => this.#idleTimer?.refresh())
    this.#exchange = path.createExchange(this, endpoint, this.record?.forwarded ?? head, this.#onExchangeOver)
    this.#exchange.begin()
    if (endStream || upgrade !== undefined) this.#exchange?.endRequest(undefined)
  }

  /** The head is none that could be answered otherwise. */
  refuse(error: HttpError): void {
    this.record = this.#connection.observed?.begin(undefined)
    this.writeError(malformedRequest(error), error.status === 400)
  }

  // The request

  onData(chunk: Buffer): void {
    if (this.#upgraded) return this.#upgraded.onData(this.#connection.keep(chunk))
    const head = this.#head
    const exchange = this.#exchange
    this.#received += chunk.length
    if (this.record) this.record.requestBytes = this.#received
    // A body that disagrees with its content-length would run into the next request of the HTTP/1.1 connection (RFC 9113 §8.1.1).
    if (head?.framing === 'length' && this.#received > head.contentLength) return this.#refuseBody()
    if (!exchange) return
    this.#idleTimer?.refresh()
    this.#connection.give(chunk, exchange)
  }

  onEnd(fields: readonly string[] | undefined): void {
    this.#connection.rest()
    if (this.#upgraded) return this.#upgraded.onEnd(fields)
    const head = this.#head
    if (this.record) this.record.requestEndedAtMs = turnTimeMs()
    if (head?.framing === 'length' && this.#received !== head.contentLength) return this.#refuseBody()
    let trailers: HeaderList | undefined
    try {
      trailers = fields && trailersFromHttp2(fields, this.#connection.messageLimits)
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      return this.#refuseBody()
    }
    this.#exchange?.endRequest(trailers)
  }

  /** Malformed, and too late to be told otherwise: RFC 9113 §8.1.1. */
  #refuseBody(): void {
    this.#stream.reset(errorCodes.PROTOCOL_ERROR)
  }

  onDrain(): void {
    this.#upgraded?.onDrain()
    this.#more = true
    this.#idleTimer?.refresh()
    this.#exchange?.onVisitorDrain()
  }

  onClose(code: number | undefined): void {
    clearTimeout(this.#idleTimer)
    clearTimeout(this.#lingerTimer)
    this.#upgraded?.onClose(code)
    const exchange = this.#exchange
    this.#exchange = undefined
    if (exchange) exchange.visitorLeft()
    else if (this.record) this.#finishRecord(this.record)
  }

  readonly #onExchangeOver = (): void => {
    this.#exchange = undefined
    if (this.record) this.#finishRecord(this.record)
  }

  #finishRecord(record: ExchangeRecord): void {
    this.record = undefined
    this.#connection.observed?.finish(record)
  }

  readonly #onIdle = (): void => {
    // Somebody has taken over.
    if (this.#upgraded && !this.#exchange) return this.#stream.reset(errorCodes.CANCEL)
    this.#exchange?.timeOut()
    // The visitor may not take the answer either.
    this.#resetIn(this.#connection.path.limits.upstreamIdleTimeoutMs, errorCodes.CANCEL)
  }

  #resetIn(delayMs: number, code: number): void {
    this.#lingerTimer ??= setTimeout(() => this.#stream.reset(code), delayMs)
  }

  ends(): ConnectionEnds {
    return this.#connection.ends
  }

  policies(): ConnectionPolicies {
    return this.#connection.policies()
  }

  drop(): void {
    this.#connection.drop()
  }

  // The response

  writeInformational(head: ResponseHead): void {
    if (!this.#stream.isAnswered) this.#stream.inform(responseBlock(head))
  }

  writeHead(head: ResponseHead, forwarded: ForwardedResponse): void {
    if (this.#stream.isClosed || this.#stream.isAnswered) return
    if (this.#head?.upgrade !== undefined && head.status < 300) return this.#writeUpgrade(head)
    this.record?.answeredWith(head)
    // The head of an empty body is the end as well: to gRPC clients it makes the difference between metadata and a status.
    const endStream = head.framing === 'none' || (head.framing === 'length' && head.contentLength === 0)
    this.#stream.respond(forwarded.blockOf(head, this.#exchange?.locationRewrite), endStream)
  }

  /** Extended CONNECT is answered with 200 where HTTP/1.1 has 101 (RFC 8441 §5), so no other 2xx may come through. */
  #writeUpgrade(head: ResponseHead): void {
    const isSwitching = head.status === 101
    if (!isSwitching || !acceptsWebSocket(this.#head?.headers ?? [], head.headers)) {
      const why = isSwitching ? 'its Sec-WebSocket-Accept is wrong' : `it answered a WebSocket with ${head.status}`
      return this.writeError(invalidResponse(this.#endpoint as Endpoint, why))
    }
    const answer: ResponseHead = { ...head, status: 200, headers: withoutAccept(head.headers) }
    this.record?.answered(200, head.headers)
    this.#stream.respond(responseBlock(answer), false)
  }

  writeBody(chunk: Buffer): void {
    if (this.#stream.isEnded) return
    if (this.record) this.record.responseBytes += chunk.length
    this.#idleTimer?.refresh()
    this.#more = this.#stream.write(chunk)
  }

  writeEnd(trailers: HeaderList | undefined): void {
    if (this.record) this.record.isComplete = true
    if (!this.#stream.isEnded) this.#stream.end(trailers && trailersBlock(forwardTrailers(trailers)))
    this.#stopSending()
  }

  /** The answer has overtaken its request: the visitor is to stop sending, once it has the whole answer (RFC 9113 §8.1). */
  #stopSending(): void {
    if (this.#exchange?.requestEnded && this.#head?.upgrade === undefined) return
    this.#stream.resetWhenSent(errorCodes.NO_ERROR)
    this.#resetIn(this.#connection.path.limits.lingerTimeoutMs, errorCodes.NO_ERROR)
  }

  flush(): boolean {
    return this.#more
  }

  /** `isMalformed`: the answer tells why, and the stream ends in an error all the same (RFC 9113 §8.1.1). */
  writeError(error: VisitorError, isMalformed = false): void {
    const stream = this.#stream
    if (stream.isClosed || stream.isAnswered) return
    const body = errorBody(error, this.#head ? acceptOf(this.#head.headers) : '')
    const fields = errorHeaders(error, body)
    this.record?.answeredByEdge(error.status, fields, errorCodeOf(error), body.body)
    const isEmpty = this.#head?.method === 'HEAD'
    stream.respond(ownResponseBlock(error.status, fields), isEmpty)
    if (!isEmpty) stream.write(Buffer.from(body.body))
    if (isMalformed) atTurnEnd(() => stream.reset(errorCodes.PROTOCOL_ERROR))
    else {
      if (!isEmpty) stream.end()
      this.#stopSending()
    }
    if (this.record && !this.#exchange) this.#finishRecord(this.record)
  }

  abort(): void {
    // END_STREAM would make half an answer look like a whole one.
    this.#stream.reset(errorCodes.INTERNAL_ERROR)
  }

  pauseRequest(): void {
    this.#stream.pause()
  }

  resumeRequest(): void {
    this.#stream.resume()
  }

  takeOver(use: (connection: Duplex) => void): void {
    // The answer was no upgrade after all: nobody takes what the upstream has to say.
    if (this.#stream.isEnded) return use(new PassThrough().destroy())
    if (this.record) this.record.isComplete = true
    use(this.#upgraded as UpgradedStream)
  }
}

function withoutAccept(headers: HeaderList): HeaderList {
  return headers.filter((_, at) => headers[at - (at % 2)]?.toLowerCase() !== 'sec-websocket-accept')
}
