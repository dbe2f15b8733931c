import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import {
  chunkHead,
  forwardResponseHead,
  forwardTrailers,
  type HeaderList,
  type HttpError,
  LAST_CHUNK,
  RequestDecoder,
  type RequestHandler,
  type RequestHead,
  type ResponseHead,
  serializeResponseHead,
  serializeTrailers,
} from '@tunnel/http'
import { GatheredWriter, hasRoom } from '@tunnel/socket-buffers'
import type { Endpoint } from '../endpoints/endpoint.ts'
import { ConnectionRecord } from '../observation/connection-record.ts'
import type { ExchangeRecord } from '../observation/exchange-record.ts'
import { addressOf, type ConnectionEnds, endsOf } from '../peer-address.ts'
import type { ConnectionPolicies } from '../policy/connection-policies.ts'
import type { EndpointPolicy } from '../policy/endpoint-policy.ts'
import { policeHead } from '../policy/policed-head.ts'
import { resetSocket } from '../reset-socket.ts'
import type { SecuredFor } from '../tls/secured-for.ts'
import { turnTimeMs } from '../turn-time.ts'
import type { DataPath } from './data-path.ts'
import { errorBody, errorCodeOf, errorHeaders, reasonOf, type VisitorError } from './error-response.ts'
import { acceptOf } from './field.ts'
import { ForwardedRequest, type ForwardedResponse, framingForVisitor } from './forwarded-head.ts'
import { IdleTimer } from './idle-timer.ts'
import { SharedReads } from './shared-reads.ts'
import type { Visitor } from './visitor.ts'
import {
  edgeOverloaded,
  httpVersionNotSupported,
  malformedRequest,
  movedToHttps,
  noSuchEndpoint,
} from './visitor-errors.ts'
import type { VisitorExchange } from './visitor-exchange.ts'

/** One HTTP/1.1 visitor connection: requests one after the other, pipelined ones in their turn. */
export class Http1Visitor implements Visitor, RequestHandler {
  readonly scheme: 'http' | 'https'
  readonly address: string
  readonly forwarded: ForwardedRequest
  readonly hops = 0
  readonly hostHeader = undefined
  readonly withheld = undefined
  readonly consumesAtOnce = true
  readonly #socket: Socket
  readonly #path: DataPath
  readonly #decoder: RequestDecoder
  readonly #reads: SharedReads
  readonly #writer: GatheredWriter
  readonly #idle: IdleTimer
  #exchange: VisitorExchange | undefined
  #head: RequestHead | undefined
  /** The current request's body has been read to its end. */
  #requestComplete = true
  /** The upstream takes no more of the body for now. */
  #requestHeldBack = false
  #keepAlive = true
  #chunkedResponse = false
  #decoding = false
  #wantsNext = false
  #handedOver = false
  #closing = false
  #visitorEnded = false
  #lingerBytes = 0
  #headTimer: NodeJS.Timeout | undefined
  #lingerTimer: NodeJS.Timeout | undefined
  #quietTimer: NodeJS.Timeout | undefined
  #ends: ConnectionEnds | undefined
  #policies: ConnectionPolicies | undefined
  readonly #startedAt = Date.now()
  readonly #secured: SecuredFor | undefined
  /** Nobody's rules for connections have been asked yet, and nothing was answered. */
  #isNew: boolean
  /** The stage of overload from which on its requests are refused. */
  readonly #refusesFrom: number
  /** `undefined` where nobody observes. */
  readonly #observed: ConnectionRecord | undefined
  record: ExchangeRecord | undefined

  /** `secured`: of a connection over TLS. `isNew`: rules for connections, which that of TLS has met before, have not let it in. */
  constructor(
    socket: Socket,
    scheme: 'http' | 'https',
    path: DataPath,
    secured?: SecuredFor,
    isNew = secured === undefined,
  ) {
    this.scheme = scheme
    this.#secured = secured
    this.#isNew = isNew
    this.forwarded = new ForwardedRequest(secured?.identity)
    this.#socket = socket
    this.#path = path
    this.#refusesFrom = path.overload.refusesFrom(socket)
    this.address = addressOf(socket)
    this.#writer = new GatheredWriter(socket, () => this.#exchange?.onVisitorFull())
    const { maxHeadBytes, maxHeaders, clientIdleTimeoutMs } = path.limits
    this.#decoder = new RequestDecoder(this, { maxHeadBytes, maxHeaders })
    this.#reads = new SharedReads(socket, this.#onData)
    socket.on('end', this.#onEnd)
    socket.on('drain', this.#onDrain)
    socket.on('error', this.#onSocketError)
    socket.on('close', this.#onClose)
    this.#idle = new IdleTimer(socket, clientIdleTimeoutMs, this.#onIdle)
    this.#startHeadTimer()
    path.visitors.add(socket, () => this.leave())
    if (path.observer) this.#observed = new ConnectionRecord(path.observer, socket, 'http1', secured?.serverName)
  }

  ends(): ConnectionEnds {
    this.#ends ??= endsOf(this.#socket)
    return this.#ends
  }

  policies(): ConnectionPolicies {
    this.#policies ??= this.#path.policiesOf(this.#socket, this.#startedAt)
    if (this.#observed) this.#observed.policies = this.#policies
    return this.#policies
  }

  /** No further request after the next answer to begin; a connection that is quiet closes after `drainQuietMs`. */
  leave(): void {
    if (this.#handedOver || this.#closing) return
    if (this.#exchange) {
      // An answer under way has promised to keep the connection: the next request may be on its way already.
      if (!this.#exchange.responseBegun) this.#keepAlive = false
      return
    }
    this.#quietTimer ??= setTimeout(() => {
      this.#quietTimer = undefined
      const isQuiet = !this.#exchange && this.#requestComplete && this.#decoder.bufferedBytes === 0
      if (isQuiet) this.#close()
    }, this.#path.limits.drainQuietMs).unref()
  }

  // The socket

  readonly #onData = (chunk: Buffer): void => {
    this.#idle.touch()
    if (this.#closing) return this.#linger(chunk)
    this.#decoding = true
    this.#decoder.write(chunk)
    this.#decoding = false
    this.#settle()
  }

  readonly #onEnd = (): void => {
    this.#visitorEnded = true
    // Once both sides have ended the socket goes by itself; until then what was written still leaves.
    if (this.#closing) return
    // A visitor that has said all it wanted may still be waiting for its answers (RFC 9112 §9.6).
    if (!this.#exchange) return this.#close()
    if (!this.#requestComplete) return this.#giveUp()
    if (this.#decoder.bufferedBytes === 0) this.#keepAlive = false
  }

  readonly #onDrain = (): void => {
    if (this.#exchange) this.#exchange.onVisitorDrain()
    else this.#settle()
  }

  readonly #onSocketError = (): void => {
    this.#destroy()
  }

  readonly #onClose = (): void => {
    this.#idle.end()
    clearTimeout(this.#headTimer)
    clearTimeout(this.#lingerTimer)
    clearTimeout(this.#quietTimer)
    const exchange = this.#exchange
    this.#exchange = undefined
    exchange?.visitorLeft()
  }

  readonly #onIdle = (): void => {
    if (this.#exchange && this.#requestComplete) this.#exchange.timeOut()
    else this.#destroy()
  }

  /** What a chunk or a finished exchange has left to do, without recursion over pipelined requests. */
  #settle(): void {
    if (this.#decoding || this.#handedOver) return
    while (this.#wantsNext && !this.#closing) {
      // Who does not read the answers is not asked for more requests: `drain` goes on here.
      if (!hasRoom(this.#socket)) return void this.#socket.pause()
      this.#wantsNext = false
      this.#decoding = true
      this.#decoder.next()
      this.#decoding = false
    }
    if (this.#handedOver || this.#closing) return
    if (this.#exchange) {
      if (!this.#requestComplete) this.#readOn()
      // Pipelined bytes stay in the kernel until their turn.
      else if (this.#decoder.bufferedBytes > 0) this.#socket.pause()
    } else if (this.#visitorEnded) {
      this.#close()
    } else {
      this.#socket.resume()
      if (this.#decoder.state === 'head') this.#startHeadTimer()
    }
  }

  /** The rest of a request that was pipelined, and had its beginning read while its turn had not come. */
  #readOn(): void {
    if (this.#visitorEnded) this.#giveUp()
    else if (!this.#requestHeldBack && this.#socket.isPaused()) this.#socket.resume()
  }

  /** The rest of this request will never come; what was answered to those before it still leaves. */
  #giveUp(): void {
    const exchange = this.#exchange
    this.#exchange = undefined
    if (exchange?.responseBegun) this.#destroy()
    else this.#close()
    exchange?.visitorLeft()
  }

  #startHeadTimer(): void {
    this.#headTimer ??= setTimeout(() => this.#destroy(), this.#path.limits.headTimeoutMs).unref()
  }

  // The request

  onHead(head: RequestHead): void {
    if (this.#headTimer !== undefined) {
      clearTimeout(this.#headTimer)
      this.#headTimer = undefined
    }
    this.#head = head
    if (this.#observed) this.record = this.#observed.begin(head)
    this.#requestComplete = false
    this.#requestHeldBack = false
    const { overload, draining } = this.#path
    this.#keepAlive = head.keepAlive && overload.stage === 0 && !draining
    if (head.minorVersion === 0) {
      this.#keepAlive = false
      return this.writeError(httpVersionNotSupported())
    }
    if (overload.stage >= this.#refusesFrom) return this.#refuse()
    const target = this.#path.route(this.scheme, head.host)
    if (target === 'own-host') {
      this.record = undefined
      return this.#handOver()
    }
    if (this.#isNew) {
      this.#isNew = false
      if (target?.policy?.engine.has('on_tcp_connect')) return this.#meetRules(target, target.policy)
    }
    if (this.record) this.#observed?.lead(this.record, target)
    const misplaced = this.#secured && this.#path.misplaced(this.#secured, head.host, target)
    if (misplaced) return this.writeError(misplaced)
    if (!target) {
      const location = this.scheme === 'http' ? this.#path.httpsLocation(head) : undefined
      return this.writeError(location ? movedToHttps(head.method, location) : noSuchEndpoint(head.host))
    }
    this.#exchange = this.#path.createExchange(this, target, this.record?.forwarded ?? head, this.#onExchangeOver)
    this.#exchange.begin()
  }

  #refuse(): void {
    this.#keepAlive = false
    this.#path.overload.onRequestRefused(this.#refusesFrom)
    this.writeError(edgeOverloaded())
  }

  onBody(chunk: Buffer): void {
    if (this.record) this.record.requestBytes += chunk.length
    if (this.#exchange) this.#reads.give(chunk, this.#exchange)
  }

  onEnd(trailers: HeaderList | undefined): void {
    this.#requestComplete = true
    this.#reads.rest()
    if (this.record && this.#head?.framing !== 'none') this.record.requestEndedAtMs = turnTimeMs()
    if (this.#exchange) {
      this.#idle.ms = this.#path.limits.upstreamIdleTimeoutMs
      this.#exchange.endRequest(trailers)
    } else if (this.#keepAlive) this.#wantsNext = true
    else this.#close()
  }

  onError(error: HttpError): void {
    // It is not the one before that cannot be read.
    if (this.#requestComplete) this.#head = undefined
    this.#requestComplete = true
    this.#keepAlive = false
    const exchange = this.#exchange
    this.#exchange = undefined
    if (!exchange) this.record = this.#observed?.begin(undefined)
    // In the middle of a response nothing sensible can be said any more.
    if (this.#chunkedResponse || exchange?.responseBegun) this.#destroy()
    else this.writeError(malformedRequest(error))
    exchange?.visitorLeft()
  }

  readonly #onExchangeOver = (): void => {
    this.#exchange = undefined
    if (this.record) this.#finishRecord(this.record)
    this.#idle.ms = this.#path.limits.clientIdleTimeoutMs
    this.#chunkedResponse = false
    if (this.#handedOver) return
    // Answered before the decoder has said that there is no body: it will, and go on.
    if (this.#keepAlive && !this.#requestComplete && this.#head?.framing === 'none') return
    if (!this.#keepAlive || !this.#requestComplete) return this.#close()
    this.#wantsNext = true
    if (this.#path.draining) this.leave()
    this.#settle()
  }

  #finishRecord(record: ExchangeRecord): void {
    this.record = undefined
    this.#observed?.finish(record)
  }

  // The response

  writeInformational(head: ResponseHead): void {
    this.#writer.push(forwardResponseHead(head, { framing: 'none', keepAlive: true }))
  }

  writeHead(head: ResponseHead, forwarded: ForwardedResponse): void {
    // An answer that overtakes its request: what is left of the request cannot be told from a next one.
    if (!this.#requestComplete && this.#head?.framing !== 'none') this.#keepAlive = false
    this.#chunkedResponse = framingForVisitor(head) === 'chunked'
    this.record?.answeredWith(head)
    this.#writer.push(forwarded.of(head, this.#keepAlive, this.#exchange?.locationRewrite))
  }

  writeBody(chunk: Buffer): void {
    if (this.record) this.record.responseBytes += chunk.length
    if (!this.#chunkedResponse) return this.#writer.push(chunk)
    this.#writer.push(chunkHead(chunk.length))
    this.#writer.push(chunk)
    this.#writer.push('\r\n')
  }

  writeEnd(trailers: HeaderList | undefined): void {
    if (this.#chunkedResponse) this.#writer.push(trailers ? serializeTrailers(forwardTrailers(trailers)) : LAST_CHUNK)
    this.#flushNow()
    if (this.record) this.record.isComplete = true
  }

  /** A whole answer leaves at once; the middle of a long one waits, copied, for what else this turn brings. */
  flush(): boolean {
    if (!this.#exchange) return this.#flushNow()
    const hasRoom = this.#writer.flushSoon()
    this.#idle.wrote(this.#writer.pendingBytes)
    return hasRoom
  }

  #flushNow(): boolean {
    const hasRoom = this.#writer.flush()
    this.#idle.wrote(0)
    return hasRoom
  }

  writeError(error: VisitorError): void {
    const body = errorBody(error, this.#head ? acceptOf(this.#head.headers) : '')
    if (!this.#requestComplete && this.#head?.framing !== 'none') this.#keepAlive = false
    const headers = errorHeaders(error, body)
    if (!this.#keepAlive) headers.push('Connection', 'close')
    this.#writer.push(serializeResponseHead(error.status, reasonOf(error.status), headers))
    if (this.#head?.method !== 'HEAD') this.#writer.push(Buffer.from(body.body))
    this.#flushNow()
    this.record?.answeredByEdge(error.status, headers, errorCodeOf(error), body.body)
    if (this.record && !this.#exchange) this.#finishRecord(this.record)
    if (!this.#keepAlive && !this.#exchange) this.#close()
  }

  abort(): void {
    this.#destroy()
  }

  pauseRequest(): void {
    this.#requestHeldBack = true
    this.#socket.pause()
  }

  resumeRequest(): void {
    this.#requestHeldBack = false
    if (!this.#requestComplete) this.#socket.resume()
  }

  drop(): void {
    // Over TLS there is no reset; without the closing alert it looks like none of an orderly end.
    if (this.scheme === 'https') this.#destroy()
    else resetSocket(this.#socket)
  }

  takeOver(use: (connection: Duplex) => void): void {
    if (this.record) this.record.isComplete = true
    this.#writer.flush()
    const rest = this.#decoder.takeRest()
    this.#detach()
    this.#socket.on('timeout', () => this.#destroy())
    if (rest.length > 0) this.#socket.unshift(rest)
    use(this.#socket)
  }

  // The end

  /** The edge's own host is served by `node:http`, which reads the head again. */
  #handOver(): void {
    this.#putBack()
    this.#path.visitors.forget(this.#socket)
    this.#path.serveOwnHost(this.#socket)
  }

  /** Another one reads the head again, if the rules for connections let it. */
  #meetRules(endpoint: Endpoint, policy: EndpointPolicy): void {
    this.record = undefined
    this.#putBack()
    policeHead(this.#socket, endpoint, policy, this.#path, () => {
      const next = new Http1Visitor(this.#socket, this.scheme, this.#path, undefined, false)
      next.#socket.resume()
    })
  }

  #putBack(): void {
    const head = this.#decoder.takeHeadBytes()
    const rest = this.#decoder.takeRest()
    this.#detach()
    this.#socket.pause()
    this.#socket.unshift(Buffer.concat([head, rest]))
  }

  #detach(): void {
    this.#handedOver = true
    clearTimeout(this.#headTimer)
    clearTimeout(this.#quietTimer)
    this.#reads.stop()
    this.#socket.off('end', this.#onEnd)
    this.#socket.off('drain', this.#onDrain)
    this.#socket.off('error', this.#onSocketError)
    this.#socket.off('close', this.#onClose)
    this.#idle.handOver()
  }

  /** Says goodbye and lets the visitor read it: a socket closed over unread bytes resets, and takes the answer with it. */
  #close(): void {
    if (this.#closing || this.#handedOver) return
    this.#closing = true
    this.#socket.end(() => {
      if (!this.#socket.destroyed)
        this.#lingerTimer = setTimeout(() => this.#destroy(), this.#path.limits.lingerTimeoutMs).unref()
    })
    this.#socket.resume()
  }

  #linger(chunk: Buffer): void {
    this.#lingerBytes += chunk.length
    if (this.#lingerBytes > this.#path.limits.maxLingerBytes) this.#destroy()
  }

  #destroy(): void {
    this.#socket.destroy()
  }
}
