import type { HeaderList } from '@tunnel/http'
import { firstField, textFromField } from '../actions/header-fields.ts'
import { type ContentType, parseContentType } from './content-type.ts'
import { requestCookies } from './cookies.ts'
import type { RequestFacts } from './facts.ts'
import { FieldMap } from './field-map.ts'
import type { MultiMap } from './multi-map.ts'
import { RequestUrl, type UrlParts, urlParts } from './request-url.ts'

/** The request as rules see it: what actions changed so far, and everything that is derived from that when a rule asks. */
export class RequestVariables {
  readonly facts: RequestFacts
  #fields: HeaderList
  #host: string
  #parts: UrlParts
  #isRewritten = false
  #headers: FieldMap | undefined
  #cookies: MultiMap | undefined
  #url: RequestUrl | undefined
  #contentType: ContentType | undefined

  constructor(facts: RequestFacts) {
    this.facts = facts
    this.#fields = facts.head.headers
    this.#host = facts.head.host
    this.#parts = urlParts(facts.scheme, facts.head.host, facts.head.target)
  }

  /** The head's own list until an action changed it; never changed in place. */
  get fields(): HeaderList {
    return this.#fields
  }

  setFields(fields: HeaderList): void {
    this.#fields = fields
    this.#headers = undefined
    this.#cookies = undefined
    this.#contentType = undefined
  }

  get host(): string {
    return this.#host
  }

  setHost(host: string): void {
    this.#host = host
    this.#parts = { ...this.#parts, host }
    this.#url = undefined
  }

  get parts(): UrlParts {
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

  get headers(): FieldMap {
    this.#headers ??= new FieldMap(this.#fields)
    return this.#headers
  }

  get cookies(): MultiMap {
    this.#cookies ??= requestCookies(this.#fields)
    return this.#cookies
  }

  get url(): RequestUrl {
    this.#url ??= new RequestUrl(this.#parts)
    return this.#url
  }

  get queryParams(): MultiMap {
    return this.url.queryParams
  }

  get contentType(): ContentType {
    this.#contentType ??= parseContentType(this.field('content-type') ?? '')
    return this.#contentType
  }

  /** The first value of a field; `name` in lower case. */
  field(name: string): string | undefined {
    const value = firstField(this.#fields, name)
    return value === undefined ? undefined : textFromField(value)
  }
}
