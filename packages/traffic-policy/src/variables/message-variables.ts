import type { HeaderList } from '@tunnel/http'
import { firstField, textFromField } from '../actions/header-fields.ts'
import { type ContentType, parseContentType } from './content-type.ts'
import { FieldMap } from './field-map.ts'
import type { MultiMap } from './multi-map.ts'

/** The fields of a request or response as rules see them: what actions changed so far, and what is derived from that when a rule asks. */
export class MessageVariables {
  readonly #readCookies: (fields: HeaderList) => MultiMap
  #fields: HeaderList
  #headers: FieldMap | undefined
  #cookies: MultiMap | undefined
  #contentType: ContentType | undefined

  constructor(fields: HeaderList, readCookies: (fields: HeaderList) => MultiMap) {
    this.#fields = fields
    this.#readCookies = readCookies
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

  get headers(): FieldMap {
    this.#headers ??= new FieldMap(this.#fields)
    return this.#headers
  }

  get cookies(): MultiMap {
    this.#cookies ??= this.#readCookies(this.#fields)
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
