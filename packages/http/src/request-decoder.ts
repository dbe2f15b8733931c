import { BodyReader } from './body-reader.ts'
import { CR, LF } from './bytes.ts'
import { HttpError, showByte } from './errors.ts'
import type { HeaderList, RequestHead } from './head.ts'
import { HeadMemo } from './head-memo.ts'
import { HeadReader } from './head-reader.ts'
import { HeldBytes } from './held-bytes.ts'
import { type HttpLimits, resolveHttpLimits } from './limits.ts'
import { requestHeadFrom } from './request-head.ts'
import { RequestLine } from './request-line.ts'

/** Called synchronously from `write`, `next` and `finish`, for each message: `onHead`, `onBody` any number of times, `onEnd`. Must not throw. */
export interface RequestHandler {
  onHead(head: RequestHead): void
  /** `chunk` is a subarray of what was written: valid for as long as the writer leaves that alone. */
  onBody(chunk: Buffer): void
  /** After this the decoder stops: call `next()` for the next message. `trailers` is undefined if there are none. */
  onEnd(trailers: HeaderList | undefined): void
  /** At most once, and nothing follows: answer with `error.status` and close the connection. */
  onError(error: HttpError): void
}

/**
 * - `idle`: between messages, nothing of the next one seen
 * - `head`, `body`: in the middle of a message
 * - `message-end`: waiting for `next()`
 * - `upgraded`: `takeRest()` was called, the bytes are no longer HTTP for this decoder
 * - `failed`: after `onError`
 */
export type RequestDecoderState = 'idle' | 'head' | 'body' | 'message-end' | 'upgraded' | 'failed'

const NOTHING = Buffer.alloc(0)

/**
 * Reads the requests of one connection, one at a time. What follows a message is held until `next()`.
 * Its methods may be called from within the handler.
 */
export class RequestDecoder {
  readonly #handler: RequestHandler
  readonly #head: HeadReader<RequestLine>
  readonly #body: BodyReader
  readonly #held: HeldBytes
  readonly #memo = new HeadMemo<RequestHead>()
  #isRepeated = false
  #state: RequestDecoderState = 'idle'
  /** The chunk being read and how far; fields, since the handler may call `takeRest()`. */
  #input: Buffer = NOTHING
  #at = 0
  #isRunning = false
  #inOnHead = false
  #finished = false
  /** The last message said that none follows it. */
  #closed = false
  /** RFC 9112 §2.2: one CRLF before a request line is ignored, since old clients send one after a POST. 0, 1 (CR seen) or 2. */
  #leadingLineBytes = 0

  /** @throws HttpError `ERR_HTTP_LIMIT` */
  constructor(handler: RequestHandler, limits?: Partial<HttpLimits>) {
    const resolved = resolveHttpLimits(limits)
    this.#handler = handler
    this.#head = new HeadReader(new RequestLine(resolved), {
      maxBytes: resolved.maxHeadBytes,
      maxHeaders: resolved.maxHeaders,
      tooLarge: () =>
        new HttpError('ERR_HTTP_HEAD_TOO_LARGE', `request head exceeds maxHeadBytes ${resolved.maxHeadBytes}`),
    })
    this.#body = new BodyReader(resolved)
    this.#held = new HeldBytes(resolved.maxPipelinedBytes)
  }

  get state(): RequestDecoderState {
    return this.#state
  }

  /** Bytes held after the end of the current message. Stop reading from the connection while it is not 0. */
  get bufferedBytes(): number {
    return this.#held.length + this.#input.length - this.#at
  }

  /** Reads `chunk`. Afterwards it is the caller's again, but for the pieces that `onBody` was given. Ignored once failed. */
  write(chunk: Buffer): void {
    if (this.#state === 'failed') return
    if (this.#state === 'upgraded') throw new Error('write after takeRest')
    if (this.#isRunning || this.#state === 'message-end') {
      this.#hold(Buffer.from(chunk))
    } else {
      this.#input = chunk
      this.#at = 0
      this.#run()
      this.#copyRest()
    }
  }

  /** Goes on with the next message, maybe at once from held bytes. Nothing unless the state is `message-end`. */
  next(): void {
    if (this.#state !== 'message-end') return
    this.#state = 'idle'
    this.#leadingLineBytes = 0
    if (!this.#isRunning) this.#run()
  }

  /** The peer's FIN. Fails with `ERR_HTTP_EARLY_END` in the middle of a message, now or when `next()` gets there. */
  finish(): void {
    this.#finished = true
    if (!this.#isRunning) this.#checkEarlyEnd()
  }

  /** Hands the connection over: the bytes not decoded yet; within a handler they may be part of the chunk at hand. The decoder ends; it will call nobody again. */
  takeRest(): Buffer {
    const rest = this.#input.subarray(this.#at)
    this.#input = NOTHING
    this.#at = 0
    if (this.#state !== 'failed') this.#state = 'upgraded'
    const held = this.#held.takeAll()
    return held.length === 0 ? rest : Buffer.concat([rest, held])
  }

  /** The bytes of the head just decoded, as they came; only within `onHead`. Copy them to keep them. */
  takeHeadBytes(): Buffer {
    if (!this.#inOnHead) throw new Error('takeHeadBytes outside onHead')
    return this.#isRepeated ? this.#memo.bytes : this.#head.bytes
  }

  /** A loop rather than `next` calling `write`: a chunk can hold thousands of requests, and a stack cannot. */
  #run(): void {
    this.#isRunning = true
    try {
      while (this.#canAdvance() && this.#hasInput()) this.#step()
    } finally {
      this.#isRunning = false
    }
    this.#releaseInput()
    if (this.#finished) this.#checkEarlyEnd()
  }

  #canAdvance(): boolean {
    return this.#state === 'idle' || this.#state === 'head' || this.#state === 'body'
  }

  #hasInput(): boolean {
    if (this.#at < this.#input.length) return true
    this.#input = this.#held.shift() ?? NOTHING
    this.#at = 0
    return this.#input.length > 0
  }

  #step(): void {
    if (this.#state === 'idle' && this.#takeRepeated()) return
    try {
      if (this.#state === 'body') this.#at = this.#body.read(this.#input, this.#at)
      else if (!this.#skipLeadingLine()) this.#at = this.#head.read(this.#input, this.#at)
    } catch (error) {
      this.#fail(error)
      return
    }
    if (this.#state === 'body') this.#deliverBody()
    else if (this.#head.done) this.#deliverHead()
    else if (this.#head.begun) this.#state = 'head'
  }

  /** Takes one byte of the CRLF that may come before a request line; false if there is none. */
  #skipLeadingLine(): boolean {
    if (this.#state === 'head') return false
    const byte = this.#input[this.#at]
    if (this.#leadingLineBytes === 0 && byte === CR) this.#leadingLineBytes = 1
    else if (this.#leadingLineBytes === 1 && byte === LF) this.#leadingLineBytes = 2
    else if (this.#leadingLineBytes === 1)
      throw new HttpError('ERR_HTTP_LINE_END', `CR is followed by ${showByte(byte)}, not LF`)
    else if (this.#closed)
      throw new HttpError('ERR_HTTP_AFTER_CLOSE', 'bytes after a message that closes the connection')
    else return false
    this.#at++
    return true
  }

  #takeRepeated(): boolean {
    if (this.#leadingLineBytes === 1 || this.#closed) return false
    const length = this.#memo.lengthAt(this.#input, this.#at)
    if (length === 0) return false
    this.#at += length
    this.#isRepeated = true
    this.#deliver(this.#memo.head)
    this.#isRepeated = false
    return true
  }

  #deliverHead(): void {
    let head: RequestHead
    try {
      head = requestHeadFrom(this.#head)
    } catch (error) {
      this.#fail(error)
      return
    }
    this.#memo.remember(this.#head.bytes, head)
    this.#deliver(head)
  }

  #deliver(head: RequestHead): void {
    this.#closed = !head.keepAlive
    this.#body.begin(head.framing, head.contentLength)
    this.#state = 'body'
    this.#inOnHead = true
    this.#handler.onHead(head)
    this.#inOnHead = false
    this.#head.reset()
    // The handler may have taken the rest.
    if (this.#state === 'body' && this.#body.done) this.#deliverEnd()
  }

  #deliverBody(): void {
    const { data } = this.#body
    if (data !== undefined) this.#handler.onBody(data)
    if (this.#state === 'body' && this.#body.done) this.#deliverEnd()
  }

  #deliverEnd(): void {
    const trailers = this.#body.end()
    this.#state = 'message-end'
    this.#handler.onEnd(trailers)
  }

  /** Of pipelined requests, which wait for their turn. */
  #copyRest(): void {
    if (this.#input === NOTHING) return
    this.#input = Buffer.from(this.#input.subarray(this.#at))
    this.#at = 0
  }

  #hold(chunk: Buffer): void {
    try {
      this.#held.push(chunk)
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Lets go of a chunk that is read; what is left of one is the first of the held bytes. */
  #releaseInput(): void {
    if (this.#at < this.#input.length) return
    this.#input = NOTHING
    this.#at = 0
  }

  #checkEarlyEnd(): void {
    if (this.#state !== 'head' && this.#state !== 'body') return
    this.#fail(new HttpError('ERR_HTTP_EARLY_END', `the connection ended within a message's ${this.#state}`))
  }

  #fail(error: unknown): void {
    if (!(error instanceof HttpError)) throw error
    this.#state = 'failed'
    this.#drop()
    this.#handler.onError(error)
  }

  #drop(): void {
    this.#input = NOTHING
    this.#at = 0
    this.#held.takeAll()
    this.#head.reset()
  }
}
