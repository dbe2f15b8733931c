import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { constants } from 'node:http2'
import { type Duplex, PassThrough } from 'node:stream'
import {
  forwardTrailers,
  type HeaderList,
  HttpError,
  http2Fields,
  type RequestHead,
  type ResponseHead,
  requestHeadFromHttp2,
} from '@tunnel/http'
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { ConnectionRecord } from '../observation/connection-record.ts'
import type { ExchangeRecord } from '../observation/exchange-record.ts'
import type { ConnectionEnds } from '../peer-address.ts'
import type { ConnectionPolicies } from '../policy/connection-policies.ts'
import type { SecuredFor } from '../tls/secured-for.ts'
import { turnTimeMs } from '../turn-time.ts'
import type { DataPath } from './data-path.ts'
import { ERROR_CODE_HEADER, errorBody, errorCodeOf, errorHeaders, type VisitorError } from './error-response.ts'
import { acceptOf } from './field.ts'
import type { ForwardedRequest, ForwardedResponse } from './forwarded-head.ts'
import type { FloodGuard } from './http2-floods.ts'
import { http2Headers } from './http2-headers.ts'
import type { Visitor } from './visitor.ts'
import { edgeOverloaded, invalidResponse, malformedRequest, misdirected, noSuchEndpoint } from './visitor-errors.ts'
import type { VisitorExchange } from './visitor-exchange.ts'
import { acceptsWebSocket, addWebSocketKey } from './websocket-key.ts'

/** What the streams of one connection have in common. */
export interface Http2VisitorConnection {
  readonly address: string
  readonly ends: ConnectionEnds
  readonly floods: FloodGuard
  readonly forwarded: ForwardedRequest
  readonly secured: SecuredFor
  /** `undefined` where nobody observes. */
  readonly observed: ConnectionRecord | undefined
  /** The stage of overload from which on its requests are refused. */
  readonly refusesFrom: number
  policies(): ConnectionPolicies
  /** Ends the whole connection. */
  drop(): void
}

/** One request on an HTTP/2 visitor connection. Towards the agent it becomes HTTP/1.1 (design.md, "How a request travels" 6). */
export class Http2Visitor implements Visitor {
  readonly scheme = 'https'
  readonly address: string
  readonly forwarded: ForwardedRequest
  readonly version = 'HTTP/2.0'
  readonly hops = 0
  readonly hostHeader = undefined
  readonly withheld = undefined
  readonly #connection: Http2VisitorConnection
  readonly #stream: ServerHttp2Stream
  readonly #path: DataPath
  readonly #ends: ConnectionEnds
  readonly #floods: FloodGuard
  record: ExchangeRecord | undefined
  #exchange: VisitorExchange | undefined
  #endpoint: Endpoint | undefined
  #head: RequestHead | undefined
  #trailers: HeaderList | undefined
  #waitsForTrailers = false
  /** The answer has overtaken its request: the visitor is to stop sending, once it has the whole answer (RFC 9113 §8.1). */
  #isEarly = false
  #lingerTimer: NodeJS.Timeout | undefined
  #more = true

  constructor(
    stream: ServerHttp2Stream,
    rawHeaders: readonly string[],
    endOfStream: boolean,
    visitor: Http2VisitorConnection,
    path: DataPath,
  ) {
    this.#stream = stream
    this.#path = path
    this.#connection = visitor
    this.address = visitor.address
    this.#ends = visitor.ends
    this.#floods = visitor.floods
    this.forwarded = visitor.forwarded
    stream.on('error', () => stream.destroy())
    stream.on('close', () => this.#onClose())
    // After RST_STREAM with NO_ERROR node:http2 would first write what the visitor no longer reads.
    stream.on('aborted', () => stream.rstCode === constants.NGHTTP2_NO_ERROR && stream.destroy())
    stream.on('drain', () => this.#onDrain())
    stream.setTimeout(path.limits.upstreamIdleTimeoutMs, () => this.#onIdle())
    this.#begin(rawHeaders, endOfStream)
  }

  #begin(rawHeaders: readonly string[], endOfStream: boolean): void {
    try {
      this.#head = requestHeadFromHttp2(rawHeaders, endOfStream)
      if (this.#head.upgrade !== undefined) addWebSocketKey(this.#head.headers)
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      this.record = this.#connection.observed?.begin(undefined)
      return this.writeError(malformedRequest(error))
    }
    const head = this.#head
    this.record = this.#connection.observed?.begin(head)
    const { overload } = this.#path
    const { refusesFrom } = this.#connection
    if (overload.stage >= refusesFrom) {
      overload.onRequestRefused(refusesFrom)
      return this.writeError(edgeOverloaded())
    }
    const endpoint = this.#path.route('https', head.host)
    if (endpoint === 'own-host') return this.writeError(misdirected(head.host))
    const misplaced = this.#path.misplaced(this.#connection.secured, head.host, endpoint)
    if (misplaced) return this.writeError(misplaced)
    if (!endpoint) return this.writeError(noSuchEndpoint(head.host))
    this.#endpoint = endpoint
    if (this.record) this.#connection.observed?.lead(this.record, endpoint)
    this.#exchange = this.#path.createExchange(this, endpoint, this.record?.forwarded ?? head, () => {
      this.#exchange = undefined
      if (this.record) this.#finishRecord(this.record)
    })
    this.#exchange.begin()
    // What a WebSocket has to say waits in the stream until there is somebody to hear it.
    if (endOfStream || head.upgrade !== undefined) this.#exchange?.endRequest(undefined)
    else this.#readBody(head)
  }

  #finishRecord(record: ExchangeRecord): void {
    this.record = undefined
    this.#connection.observed?.finish(record)
  }

  #readBody(head: RequestHead): void {
    let received = 0
    let trailers: HeaderList | undefined
    this.#stream.on('data', (chunk: Buffer) => {
      received += chunk.length
      if (this.record) this.record.requestBytes = received
      // A body that disagrees with its content-length would run into the next request of the HTTP/1.1 connection (RFC 9113 §8.1.1).
      if (head.framing === 'length' && received > head.contentLength) return this.#refuseLength()
      if (this.#isEarly) this.#stopVisitor()
      else this.#exchange?.writeRequestBody(chunk)
      this.#floods.onBodyPiece()
    })
    this.#stream.on('trailers', (fields: IncomingHttpHeaders) => {
      trailers = headerListOf(fields)
    })
    this.#stream.on('end', () => {
      if (this.record) this.record.requestEndedAtMs = turnTimeMs()
      if (head.framing === 'length' && received !== head.contentLength) return this.#refuseLength()
      this.#exchange?.endRequest(trailers)
    })
  }

  #refuseLength(): void {
    this.#stream.close(constants.NGHTTP2_PROTOCOL_ERROR)
  }

  #onClose(): void {
    clearTimeout(this.#lingerTimer)
    const exchange = this.#exchange
    if (!exchange) {
      if (this.record) this.#finishRecord(this.record)
      return
    }
    this.#exchange = undefined
    this.#floods.onReset()
    exchange.visitorLeft()
  }

  #onIdle(): void {
    this.#exchange?.timeOut()
    // The visitor may not take the answer either, or cannot be told any more (see IdleWatch).
    this.#lingerTimer ??= setTimeout(() => this.#stream.destroy(), this.#path.limits.upstreamIdleTimeoutMs).unref()
  }

  #onDrain(): void {
    this.#more = true
    this.#exchange?.onVisitorDrain()
  }

  ends(): ConnectionEnds {
    return this.#ends
  }

  policies(): ConnectionPolicies {
    return this.#connection.policies()
  }

  drop(): void {
    this.#connection.drop()
  }

  writeInformational(head: ResponseHead): void {
    if (this.#stream.closed) return
    this.#stream.additionalHeaders(http2Headers(head.status, head.headers))
  }

  writeHead(head: ResponseHead, { added }: ForwardedResponse): void {
    if (this.#stream.closed) return
    if (this.#head?.upgrade !== undefined && head.status < 300) return this.#writeUpgrade(head)
    this.record?.answeredWith(head)
    // Trailers can only follow a body whose end the upstream announced chunk by chunk.
    const waitForTrailers = head.framing === 'chunked'
    this.#waitsForTrailers = waitForTrailers
    const headers = http2Headers(head.status, head.headers, this.#exchange?.locationRewrite)
    if (added) Object.assign(headers, http2Fields(added))
    // The head of an empty body is the end as well: to gRPC clients it makes the difference between metadata and a status.
    const endStream = head.framing === 'none' || (head.framing === 'length' && head.contentLength === 0)
    this.#stream.respond(headers, { endStream, waitForTrailers })
    if (waitForTrailers) this.#stream.once('wantTrailers', () => this.#writeTrailers())
  }

  /** Extended CONNECT is answered with 200 where HTTP/1.1 has 101 (RFC 8441 §5), so no other 2xx may come through. */
  #writeUpgrade(head: ResponseHead): void {
    const isSwitching = head.status === 101
    if (!isSwitching || !acceptsWebSocket(this.#head?.headers ?? [], head.headers)) {
      const why = isSwitching ? 'its Sec-WebSocket-Accept is wrong' : `it answered a WebSocket with ${head.status}`
      this.writeError(invalidResponse(this.#endpoint as Endpoint, why))
      return this.#stopWhenSent()
    }
    this.record?.answered(200, head.headers)
    const headers = http2Headers(200, head.headers)
    delete headers['sec-websocket-accept']
    this.#stream.respond(headers)
  }

  #writeTrailers(): void {
    this.#stream.sendTrailers(http2Headers(undefined, this.#trailers ?? []))
    if (this.#isEarly) setImmediate(this.#stopVisitor)
  }

  writeBody(chunk: Buffer): void {
    if (this.#stream.closed || this.#stream.writableEnded) return
    if (this.record) this.record.responseBytes += chunk.length
    this.#floods.onBodyPiece()
    this.#more = this.#stream.write(chunk)
  }

  writeEnd(trailers: HeaderList | undefined): void {
    if (this.record) this.record.isComplete = true
    this.#trailers = trailers && forwardTrailers(trailers)
    this.#isEarly = this.#exchange?.requestEnded === false || this.#head?.upgrade !== undefined
    this.#stream.end()
    if (this.#isEarly) this.#stopWhenSent()
  }

  #stopWhenSent(): void {
    const stop = (): void => this.#stream.close(constants.NGHTTP2_NO_ERROR)
    this.#lingerTimer ??= setTimeout(stop, this.#path.limits.lingerTimeoutMs)
    if (!this.#waitsForTrailers) this.#stream.once('finish', () => setImmediate(this.#stopVisitor))
  }

  /** Once all of the answer has left: nghttp2 drops what is still queued behind a reset, trailers and END_STREAM among it. */
  readonly #stopVisitor = (): void => {
    if (this.#stream.state.localClose === 1) this.#stream.close(constants.NGHTTP2_NO_ERROR)
  }

  flush(): boolean {
    return this.#more
  }

  writeError(error: VisitorError): void {
    if (this.#stream.closed || this.#stream.headersSent) return
    const body = errorBody(error, this.#head ? acceptOf(this.#head.headers) : '')
    const fields = errorHeaders(error, body)
    const headers = http2Headers(error.status, fields)
    const code = errorCodeOf(error)
    this.record?.answeredByEdge(error.status, fields, code, body.body)
    if (code) headers[ERROR_CODE_HEADER.toLowerCase()] = code
    this.#stream.respond(headers)
    this.#stream.end(this.#head?.method === 'HEAD' ? undefined : body.body)
    this.#stream.resume()
    if (this.record && !this.#exchange) this.#finishRecord(this.record)
  }

  abort(): void {
    // `close` would send END_STREAM first, and half an answer would look like a whole one.
    this.#stream.destroy(new Error('the answer is cut short'))
  }

  pauseRequest(): void {
    this.#stream.pause()
  }

  resumeRequest(): void {
    this.#stream.resume()
  }

  takeOver(use: (connection: Duplex) => void): void {
    // The answer was no upgrade after all: nobody takes what the upstream has to say.
    if (this.#stream.writableEnded) return use(new PassThrough().destroy())
    if (this.record) this.record.isComplete = true
    this.#stream.setTimeout(this.#path.limits.upstreamIdleTimeoutMs, () => this.#stream.close(constants.NGHTTP2_CANCEL))
    use(this.#stream)
  }
}

function headerListOf(fields: IncomingHttpHeaders): HeaderList {
  const list: HeaderList = []
  for (const [name, value] of Object.entries(fields)) {
    if (name.startsWith(':') || value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) list.push(name, one)
  }
  return list
}
