import { requestCookies } from './cookies.ts'
import type { RequestFacts } from './facts.ts'
import { MessageVariables } from './message-variables.ts'
import type { MultiMap } from './multi-map.ts'
import { RequestUrl, type UrlParts, urlParts } from './request-url.ts'

/** The request as rules see it: what actions changed so far, and everything that is derived from that when a rule asks. */
export class RequestVariables extends MessageVariables {
  readonly facts: RequestFacts
  #host: string
  #parts: UrlParts | undefined
  #isRewritten = false
  #url: RequestUrl | undefined
  #withheld: readonly string[] | undefined

  constructor(facts: RequestFacts) {
    super(facts.head.headers, requestCookies)
    this.facts = facts
    this.#host = facts.head.host
  }

  get host(): string {
    return this.#host
  }

  setHost(host: string): void {
    this.#host = host
    this.#parts = { ...this.parts, host }
    this.#url = undefined
  }

  /** Fields that the proxy would set, and was told not to. */
  get withheld(): readonly string[] | undefined {
    return this.#withheld
  }

  withhold(names: readonly string[]): void {
    this.#withheld = this.#withheld ? [...this.#withheld, ...names] : names
  }

  get parts(): UrlParts {
    const { scheme, head } = this.facts
    this.#parts ??= urlParts(scheme, head.host, head.target)
    return this.#parts
  }

  /** Path and query are no longer what the client asked for. */
  get isRewritten(): boolean {
    return this.#isRewritten
  }

  setUrl(parts: UrlParts): void {
    this.#parts = parts
    this.#url = undefined
    this.#isRewritten = true
  }

  get url(): RequestUrl {
    this.#url ??= new RequestUrl(this.parts)
    return this.#url
  }

  get queryParams(): MultiMap {
    return this.url.queryParams
  }
}
