import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { constants } from 'node:http2'
import type { Duplex } from 'node:stream'
import {
  forwardTrailers,
  type HeaderList,
  HttpError,
  type RequestHead,
  type ResponseHead,
  requestHeadFromHttp2,
} from '@tunnel/http'
import type { DataPath } from './data-path.ts'
import { ERROR_CODE_HEADER, errorBody, errorCodeOf, errorHeaders, type VisitorError } from './error-response.ts'
import type { Exchange } from './exchange.ts'
import { acceptOf } from './field.ts'
import { ForwardedRequest } from './forwarded-head.ts'
import { http2Headers } from './http2-headers.ts'
import type { Visitor } from './visitor.ts'
import { malformedRequest, misdirected, noSuchEndpoint } from './visitor-errors.ts'

/** One request on an HTTP/2 visitor connection. Towards the agent it becomes HTTP/1.1 (design.md, "How a request travels" 6). */
export class Http2Visitor implements Visitor {
  readonly scheme = 'https'
  readonly address: string
  readonly forwarded = new ForwardedRequest()
  readonly #stream: ServerHttp2Stream
  readonly #path: DataPath
  #exchange: Exchange | undefined
  #head: RequestHead | undefined
  #trailers: HeaderList | undefined
  #more = true

  constructor(
    stream: ServerHttp2Stream,
    rawHeaders: readonly string[],
    endOfStream: boolean,
    address: string,
    path: DataPath,
  ) {
    this.#stream = stream
    this.#path = path
    this.address = address
    stream.on('error', () => stream.destroy())
    stream.on('close', () => this.#onClose())
    // After RST_STREAM with NO_ERROR node:http2 would first write what the visitor no longer reads.
    stream.on('aborted', () => stream.rstCode === constants.NGHTTP2_NO_ERROR && stream.destroy())
    stream.on('drain', () => this.#onDrain())
    stream.setTimeout(path.limits.upstreamIdleTimeoutMs, () => this.#exchange?.timeOut())
    this.#begin(rawHeaders, endOfStream)
  }

  #begin(rawHeaders: readonly string[], endOfStream: boolean): void {
    try {
      this.#head = requestHeadFromHttp2(rawHeaders, endOfStream)
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      return this.writeError(malformedRequest(error))
    }
    const head = this.#head
    const endpoint = this.#path.route('https', head.host)
    if (endpoint === 'own-host') return this.writeError(misdirected(head.host))
    if (!endpoint) return this.writeError(noSuchEndpoint(head.host))
    this.#exchange = this.#path.createExchange(this, endpoint, head, () => {
      this.#exchange = undefined
    })
    this.#exchange.begin()
    if (endOfStream) this.#exchange?.endRequest(undefined)
    else this.#readBody(head)
  }

  #readBody(head: RequestHead): void {
    let received = 0
    let trailers: HeaderList | undefined
    this.#stream.on('data', (chunk: Buffer) => {
      received += chunk.length
      // A body that disagrees with its content-length would run into the next request of the HTTP/1.1 connection (RFC 9113 §8.1.1).
      if (head.framing === 'length' && received > head.contentLength) return this.#refuseLength()
      this.#exchange?.writeRequestBody(chunk)
    })
    this.#stream.on('trailers', (fields: IncomingHttpHeaders) => {
      trailers = headerListOf(fields)
    })
    this.#stream.on('end', () => {
      if (head.framing === 'length' && received !== head.contentLength) return this.#refuseLength()
      this.#exchange?.endRequest(trailers)
    })
  }

  #refuseLength(): void {
    this.#stream.close(constants.NGHTTP2_PROTOCOL_ERROR)
  }

  #onClose(): void {
    const exchange = this.#exchange
    this.#exchange = undefined
    exchange?.visitorLeft()
  }

  #onDrain(): void {
    this.#more = true
    this.#exchange?.onVisitorDrain()
  }

  writeInformational(head: ResponseHead): void {
    if (this.#stream.closed) return
    this.#stream.additionalHeaders(http2Headers(head.status, head.headers))
  }

  writeHead(head: ResponseHead): void {
    if (this.#stream.closed) return
    // Trailers can only follow a body whose end the upstream announced chunk by chunk.
    const waitForTrailers = head.framing === 'chunked'
    const headers = http2Headers(head.status, head.headers, this.#exchange?.locationRewrite)
    this.#stream.respond(headers, { endStream: head.framing === 'none', waitForTrailers })
    if (waitForTrailers) {
      this.#stream.once('wantTrailers', () => this.#stream.sendTrailers(http2Headers(undefined, this.#trailers ?? [])))
    }
  }

  writeBody(chunk: Buffer): void {
    if (!this.#stream.closed) this.#more = this.#stream.write(chunk)
  }

  writeEnd(trailers: HeaderList | undefined): void {
    this.#trailers = trailers && forwardTrailers(trailers)
    this.#stream.end()
    // An early answer: the visitor should stop sending (RFC 9113 §8.1).
    if (this.#exchange && !this.#exchange.requestEnded) this.#stream.close(constants.NGHTTP2_NO_ERROR)
  }

  flush(): boolean {
    return this.#more
  }

  writeError(error: VisitorError): void {
    if (this.#stream.closed || this.#stream.headersSent) return
    const body = errorBody(error, this.#head ? acceptOf(this.#head.headers) : '')
    const headers = http2Headers(error.status, errorHeaders(error, body))
    const code = errorCodeOf(error)
    if (code) headers[ERROR_CODE_HEADER.toLowerCase()] = code
    this.#stream.respond(headers)
    this.#stream.end(this.#head?.method === 'HEAD' ? undefined : body.body)
    this.#stream.resume()
  }

  abort(): void {
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR)
  }

  pauseRequest(): void {
    this.#stream.pause()
  }

  resumeRequest(): void {
    this.#stream.resume()
  }

  takeOver(): Duplex {
    throw new Error('an HTTP/2 request cannot be upgraded')
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
