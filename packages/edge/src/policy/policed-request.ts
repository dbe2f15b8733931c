import type { HeaderList, RequestHead } from '@tunnel/http'
import type { RequestFacts } from '@tunnel/traffic-policy'
import type { Visitor } from '../http/visitor.ts'
import { nextRequestId } from './request-id.ts'

/** Who knows the body of a request. */
export interface RequestBodySource {
  readonly requestEndedAt: number | undefined
  readonly requestTrailers: HeaderList | undefined
  readRequest(maxBytes: number): Promise<Buffer>
}

/** A request as its policy sees it. A class, since one is made for each of them. */
export class PolicedRequest implements RequestFacts {
  readonly head: RequestHead
  readonly scheme: 'http' | 'https'
  readonly version: string
  readonly receivedAt = Date.now()
  readonly #body: RequestBodySource
  #id: string | undefined

  constructor(head: RequestHead, visitor: Visitor, body: RequestBodySource) {
    this.head = head
    this.scheme = visitor.scheme
    this.version = visitor.version ?? 'HTTP/1.1'
    this.#body = body
  }

  get id(): string {
    this.#id ??= nextRequestId()
    return this.#id
  }

  bodyReceivedAt(): number | undefined {
    return this.#body.requestEndedAt
  }

  trailers(): HeaderList | undefined {
    return this.#body.requestTrailers
  }

  readBody(maxBytes: number): Promise<Buffer> {
    return this.#body.readRequest(maxBytes)
  }
}
