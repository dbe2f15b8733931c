import { ActionError } from '../actions/action-error.ts'
import { MAX_BODY_BYTES } from '../actions/body-buffer.ts'
import type { BreakerPass } from '../actions/circuit-breaker.ts'
import type { Compressor } from '../actions/compressor.ts'
import type { RequestFacts, ResponseFacts } from '../variables/facts.ts'
import type { RequestVariables } from '../variables/request-variables.ts'
import type { ResponseVariables } from '../variables/response-variables.ts'

/** What actions of one exchange share besides variables: bodies, the breakers that it passed, the compressor it chose. */
export class ExchangeState {
  readonly request: RequestVariables
  response: ResponseVariables | undefined
  #requestBody: HeldBody | undefined
  #responseBody: HeldBody | undefined
  passes: BreakerPass[] | undefined
  compressor: Compressor | undefined

  constructor(request: RequestVariables) {
    this.request = request
  }

  get requestBody(): HeldBody {
    this.#requestBody ??= new HeldBody(this.request.facts)
    return this.#requestBody
  }

  /** Of {@link response}. */
  get responseBody(): HeldBody {
    this.#responseBody ??= new HeldBody(this.response!.facts)
    return this.#responseBody
  }

  /** Of a response that the policy made. */
  setResponseBody(body: HeldBody): void {
    this.#responseBody = body
  }

  /** `undefined` if no action asked for it, or there is none. */
  get heldRequestBody(): Buffer | undefined {
    return this.#requestBody?.held
  }

  get heldResponseBody(): Buffer | undefined {
    return this.#responseBody?.held
  }
}

/** A body that is read at most once, when the first action asks for it. Reference §7.8 */
export class HeldBody {
  readonly #facts: RequestFacts | ResponseFacts
  #reading: Promise<Buffer> | undefined
  #current: Buffer | undefined

  constructor(facts: RequestFacts | ResponseFacts) {
    this.#facts = facts
  }

  /** Of a response that the policy made. */
  static of(body: Buffer, facts: ResponseFacts): HeldBody {
    const held = new HeldBody(facts)
    held.#reading = Promise.resolve(body)
    held.#current = body
    return held
  }

  /** Exactly as it came. */
  async original(): Promise<Buffer> {
    this.#reading ??= this.#read()
    const body = await this.#reading
    this.#current ??= body
    return body
  }

  /** As earlier actions left it. */
  async current(): Promise<Buffer> {
    await this.original()
    return this.#current!
  }

  replace(body: Buffer): void {
    this.#current = body
  }

  /** `undefined` if no action asked for it, or there is none. */
  get held(): Buffer | undefined {
    return this.#facts.head.framing === 'none' ? undefined : this.#current
  }

  async #read(): Promise<Buffer> {
    const { head, readBody } = this.#facts
    if (head.framing === 'none') return Buffer.alloc(0)
    if (readBody === undefined) throw new ActionError('ERR_TUNNEL_3903', 'body cannot be read')
    try {
      return await readBody.call(this.#facts, MAX_BODY_BYTES)
    } catch (cause) {
      if (cause instanceof ActionError) throw cause
      throw new ActionError('ERR_TUNNEL_3903', 'body is too large or was cut short', { cause })
    }
  }
}
