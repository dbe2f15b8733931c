import { BodyReader } from './body-reader.ts'
import { HttpError, upstreamError } from './errors.ts'
import type { HeaderList, ResponseHead } from './head.ts'
import { HeadMemo } from './head-memo.ts'
import { HeadReader } from './head-reader.ts'
import { HeldBytes } from './held-bytes.ts'
import { type HttpLimits, resolveHttpLimits } from './limits.ts'
import { responseHeadFrom } from './response-head.ts'
import { StatusLine } from './status-line.ts'

/** Called synchronously from `write` and `finish`, for each response: `onInformational` any number of times, `onHead`, `onBody` likewise, `onEnd`. Must not throw. */
export interface ResponseHandler {
  /** A 1xx other than 101: the final response is still to come. */
  onInformational(head: ResponseHead): void
  /** The final response, or the 101 of an upgrade that was asked for: then the state is `upgraded` and no `onEnd` follows. */
  onHead(head: ResponseHead): void
  /** `chunk` is a subarray of what was written: valid for as long as the writer leaves that alone. */
  onBody(chunk: Buffer): void
  /** The connection can carry another request only if the state is `idle` now. `trailers` is undefined if there are none. */
  onEnd(trailers: HeaderList | undefined): void
  /** At most once, and nothing follows: close the connection. `error.status` is 502. */
  onError(error: HttpError): void
}

/**
 * - `idle`: nothing asked, ready for `expect()`
 * - `head`, `body`: a response is awaited or under way
 * - `message-end`: the response has ended, and the connection with it
 * - `upgraded`: after a 101, or `takeRest()` was called
 * - `failed`: after `onError`, or when bytes follow the response's end
 */
export type ResponseDecoderState = 'idle' | 'head' | 'body' | 'message-end' | 'upgraded' | 'failed'

const NOTHING = Buffer.alloc(0)

/** Reads what an upstream answers on one connection, one request at a time. The handler may call `expect` and `takeRest`, not `write`. */
export class ResponseDecoder {
  readonly #handler: ResponseHandler
  readonly #limits: HttpLimits
  readonly #head: HeadReader<StatusLine>
  readonly #body: BodyReader
  readonly #rest: HeldBytes
  /** Final heads that answer anything but HEAD: the same bytes then mean the same. */
  readonly #memo = new HeadMemo<ResponseHead>()
  #state: ResponseDecoderState = 'idle'
  #method = ''
  #upgradeAsked = false
  #keepAlive = true
  #informational = 0
  #taken = false
  /** The chunk being read and how far; fields, since the handler may call `takeRest()`. */
  #input: Buffer = NOTHING
  #at = 0

  /** @throws HttpError `ERR_HTTP_LIMIT` */
  constructor(handler: ResponseHandler, limits?: Partial<HttpLimits>) {
    const resolved = resolveHttpLimits(limits)
    this.#handler = handler
    this.#limits = resolved
    this.#head = new HeadReader(new StatusLine(resolved), {
      maxBytes: resolved.maxHeadBytes,
      maxHeaders: resolved.maxHeaders,
      tooLarge: () =>
        new HttpError('ERR_HTTP_HEAD_TOO_LARGE', `response head exceeds maxHeadBytes ${resolved.maxHeadBytes}`),
    })
    this.#body = new BodyReader(resolved)
    this.#rest = new HeldBytes(resolved.maxPipelinedBytes)
  }

  get state(): ResponseDecoderState {
    return this.#state
  }

  /**
   * A request was sent; its method decides whether the answer has a body. Call it before the first byte of the answer can arrive.
   *
   * @throws Error unless the state is `idle`: a connection carries one exchange at a time.
   */
  expect(method: string, upgradeAsked: boolean): void {
    if (this.#state !== 'idle') throw new Error(`expect in state ${this.#state}`)
    this.#method = method
    this.#upgradeAsked = upgradeAsked
    this.#informational = 0
    this.#state = 'head'
  }

  /** Reads `chunk`, which must not change while parts of it are in use. Ignored once failed. */
  write(chunk: Buffer): void {
    if (this.#state === 'failed' || chunk.length === 0) return
    if (this.#taken) throw new Error('write after takeRest')
    this.#input = chunk
    this.#at = 0
    while (this.#at < this.#input.length && (this.#state === 'head' || this.#state === 'body')) this.#step()
    if (this.state === 'upgraded') this.#hold(this.#input.subarray(this.#at))
    else if (this.#at < this.#input.length) this.#failUnsolicited()
    this.#input = NOTHING
    this.#at = 0
  }

  /** The peer's FIN: the end of a body that only the close delimits, an error within any other message. */
  finish(): void {
    if (this.#state === 'body' && this.#body.endsWithConnection) {
      this.#state = 'message-end'
      this.#handler.onEnd(this.#body.end())
    } else if (this.#state === 'head' && !this.#head.begun && this.#informational === 0) {
      this.#fail(new HttpError('ERR_HTTP_NO_RESPONSE', 'the connection ended before the first byte of a response'))
    } else if (this.#state === 'head' || this.#state === 'body') {
      this.#fail(new HttpError('ERR_HTTP_EARLY_END', `the connection ended within a response's ${this.#state}`))
    } else if (this.#state === 'idle') {
      this.#state = 'message-end'
    }
  }

  /** Hands the connection over: the bytes not decoded yet. The decoder ends; it will call nobody again. */
  takeRest(): Buffer {
    const input = this.#input.subarray(this.#at)
    const held = this.#rest.takeAll()
    this.#input = NOTHING
    this.#at = 0
    this.#taken = true
    if (this.#state !== 'failed') this.#state = 'upgraded'
    return held.length === 0 ? input : held
  }

  #step(): void {
    if (this.#state === 'head' && this.#takeRepeated()) return
    try {
      if (this.#state === 'head') this.#at = this.#head.read(this.#input, this.#at)
      else this.#at = this.#body.read(this.#input, this.#at)
    } catch (error) {
      this.#fail(error)
      return
    }
    if (this.#state === 'body') this.#deliverBody()
    else if (this.#head.done) this.#deliverHead()
  }

  #takeRepeated(): boolean {
    if (this.#head.begun || this.#method === 'HEAD') return false
    const length = this.#memo.lengthAt(this.#input, this.#at)
    if (length === 0) return false
    this.#at += length
    this.#deliverFinalHead(this.#memo.head)
    return true
  }

  #deliverHead(): void {
    let head: ResponseHead
    try {
      head = responseHeadFrom(this.#head, this.#method)
      if (head.status >= 200 && this.#method !== 'HEAD') this.#memo.remember(this.#head.bytes, head)
      this.#head.reset()
      if (head.status < 200) this.#assertInformational(head)
    } catch (error) {
      this.#fail(error)
      return
    }
    if (head.status >= 200) this.#deliverFinalHead(head)
    else if (head.status === 101) this.#deliverUpgrade(head)
    else this.#handler.onInformational(head)
  }

  #deliverUpgrade(head: ResponseHead): void {
    this.#state = 'upgraded'
    this.#handler.onHead(head)
  }

  #deliverFinalHead(head: ResponseHead): void {
    this.#keepAlive = head.keepAlive
    this.#body.begin(head.framing, head.contentLength)
    this.#state = 'body'
    this.#handler.onHead(head)
    // The handler may have taken the rest.
    if (this.#state === 'body' && this.#body.done) this.#deliverEnd()
  }

  #assertInformational(head: ResponseHead): void {
    const { maxInformational } = this.#limits
    if (head.status !== 101) {
      if (++this.#informational <= maxInformational) return
      throw new HttpError(
        'ERR_HTTP_TOO_MANY_INFORMATIONAL',
        `more than maxInformational ${maxInformational} 1xx responses`,
      )
    }
    if (!this.#upgradeAsked) throw new HttpError('ERR_HTTP_UPGRADE', '101 without an upgrade that was asked for')
    if (head.upgrade === undefined) throw new HttpError('ERR_HTTP_UPGRADE', '101 without upgrade fields')
  }

  #deliverBody(): void {
    const { data } = this.#body
    if (data !== undefined) this.#handler.onBody(data)
    if (this.#state === 'body' && this.#body.done) this.#deliverEnd()
  }

  /**
   * Bytes after the end fail the decoder before `onEnd` is called, so that a caller who puts the connection back in a pool there, or asks
   * the next thing, cannot be given them as an answer.
   */
  #deliverEnd(): void {
    const trailers = this.#body.end()
    const isSpoiled = this.#at < this.#input.length
    this.#state = isSpoiled ? 'failed' : this.#keepAlive ? 'idle' : 'message-end'
    this.#handler.onEnd(trailers)
    if (isSpoiled) this.#failUnsolicited()
  }

  #failUnsolicited(): void {
    this.#fail(new HttpError('ERR_HTTP_UNSOLICITED', 'bytes arrived that answer no request'))
  }

  #hold(chunk: Buffer): void {
    try {
      this.#rest.push(chunk)
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    if (!(error instanceof HttpError)) throw error
    this.#state = 'failed'
    this.#input = NOTHING
    this.#at = 0
    this.#head.reset()
    this.#rest.takeAll()
    this.#handler.onError(upstreamError(error))
  }
}
