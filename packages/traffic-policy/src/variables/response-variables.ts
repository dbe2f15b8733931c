import type { HeaderList } from '@tunnel/http'
import { firstField, textFromField } from '../actions/header-fields.ts'
import { type ContentType, parseContentType } from './content-type.ts'
import { responseCookies } from './cookies.ts'
import type { ResponseFacts } from './facts.ts'
import { FieldMap } from './field-map.ts'
import type { MultiMap } from './multi-map.ts'

/** The response as rules see it. */
export class ResponseVariables {
  readonly facts: ResponseFacts
  #fields: HeaderList
  #headers: FieldMap | undefined
  #cookies: MultiMap | undefined
  #contentType: ContentType | undefined

  constructor(facts: ResponseFacts) {
    this.facts = facts
    this.#fields = facts.head.headers
  }

  get status(): number {
    return this.facts.head.status
  }

  get fields(): HeaderList {
    return this.#fields
  }

  setFields(fields: HeaderList): void {
    this.#fields = fields
    this.#headers = undefined
    this.#cookies = undefined
    this.#contentType = undefined
  }

  get headers(): FieldMap {
    this.#headers ??= new FieldMap(this.#fields)
    return this.#headers
  }

  get cookies(): MultiMap {
    this.#cookies ??= responseCookies(this.#fields)
    return this.#cookies
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
