import {
  type ForwardRequestFacts,
  forwardRequestHead,
  forwardResponseHead,
  type HeaderList,
  type LocationRewrite,
  type RequestHead,
  type ResponseHead,
} from '@tunnel/http'
import type { Endpoint } from '../endpoints/endpoint.ts'
import { RepeatedChange } from '../policy/repeated-change.ts'
import { responseBlock } from './http2-blocks.ts'
import type { Visitor } from './visitor.ts'

/** Request heads of one visitor connection as agents are sent them. A head that the decoder recognised is written once. */
export class ForwardedRequest {
  /** What a policy made of the connection's head. */
  readonly changed = new RepeatedChange<RequestHead>()
  readonly #added: HeaderList | undefined
  #head: RequestHead | undefined
  #endpoint: Endpoint | undefined
  #hostHeader: string | undefined
  #withheld: readonly string[] | undefined
  #bytes: Buffer | undefined

  /** `added`: fields that are the edge's word, on each of them. */
  constructor(added?: HeaderList) {
    this.#added = added
  }

  of(head: RequestHead, endpoint: Endpoint, visitor: Visitor): Buffer | string {
    const hostHeader = endpoint.hostHeader ?? visitor.hostHeader
    const { withheld } = visitor
    const isSameTarget = endpoint === this.#endpoint && hostHeader === this.#hostHeader && withheld === this.#withheld
    const isRepeated = head === this.#head && isSameTarget
    if (isRepeated && this.#bytes) return this.#bytes
    const facts: ForwardRequestFacts = { clientAddress: visitor.address, proto: visitor.scheme }
    if (hostHeader !== undefined) facts.hostHeader = hostHeader
    if (this.#added !== undefined) facts.added = this.#added
    if (withheld !== undefined) facts.withheld = withheld
    const text = forwardRequestHead(head, facts)
    this.#head = head
    this.#endpoint = endpoint
    this.#hostHeader = hostHeader
    this.#withheld = withheld
    this.#bytes = isRepeated ? Buffer.from(text, 'latin1') : undefined
    return this.#bytes ?? text
  }
}

/** How a body goes on to an HTTP/1.1 visitor: one that only the upstream's close would end, in chunks. */
export function framingForVisitor({ framing }: ResponseHead): 'none' | 'length' | 'chunked' {
  return framing === 'close' ? 'chunked' : framing
}

/** Response heads of one upstream connection as visitors are sent them. One that the decoder recognised is written once. */
export class ForwardedResponse {
  /** What a policy made of the connection's head. */
  readonly changed = new RepeatedChange<ResponseHead>()
  /** Fields that are the edge's word. */
  readonly added: HeaderList | undefined
  #head: ResponseHead | undefined
  #keepAlive = false
  #bytes: Buffer | undefined
  #blockHead: ResponseHead | undefined
  #block: Buffer | undefined

  constructor(added?: HeaderList) {
    this.added = added
  }

  of(head: ResponseHead, keepAlive: boolean, locationRewrite: LocationRewrite | undefined): Buffer | string {
    const framing = framingForVisitor(head)
    if (this.added) return forwardResponseHead(head, { framing, keepAlive, added: this.added })
    // It names the visitor's own origin.
    if (locationRewrite) return forwardResponseHead(head, { framing, keepAlive, locationRewrite })
    const isRepeated = head === this.#head && keepAlive === this.#keepAlive
    if (isRepeated && this.#bytes) return this.#bytes
    const text = forwardResponseHead(head, { framing, keepAlive })
    this.#head = head
    this.#keepAlive = keepAlive
    this.#bytes = isRepeated ? Buffer.from(text, 'latin1') : undefined
    return this.#bytes ?? text
  }

  /** The same for HTTP/2: a block of fields that stands for itself. */
  blockOf(head: ResponseHead, locationRewrite: LocationRewrite | undefined): Buffer {
    if (locationRewrite) return responseBlock(head, { added: this.added, locationRewrite })
    if (head !== this.#blockHead || !this.#block) {
      this.#block = responseBlock(head, { added: this.added })
      this.#blockHead = head
    }
    return this.#block
  }
}
