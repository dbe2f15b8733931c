import {
  type ForwardRequestFacts,
  forwardRequestHead,
  forwardResponseHead,
  type LocationRewrite,
  type RequestHead,
  type ResponseHead,
} from '@tunnel/http'
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { Visitor } from './visitor.ts'

/** Request heads of one visitor connection as agents are sent them. A head that the decoder recognised is written once. */
export class ForwardedRequest {
  #head: RequestHead | undefined
  #endpoint: Endpoint | undefined
  #bytes: Buffer | undefined

  of(head: RequestHead, endpoint: Endpoint, visitor: Visitor): Buffer | string {
    const isRepeated = head === this.#head && endpoint === this.#endpoint
    if (isRepeated && this.#bytes) return this.#bytes
    const facts: ForwardRequestFacts = { clientAddress: visitor.address, proto: visitor.scheme }
    if (endpoint.hostHeader !== undefined) facts.hostHeader = endpoint.hostHeader
    const text = forwardRequestHead(head, facts)
    this.#head = head
    this.#endpoint = endpoint
    this.#bytes = isRepeated ? Buffer.from(text, 'latin1') : undefined
    return this.#bytes ?? text
  }
}

/** How a body goes on to an HTTP/1.1 visitor: one that only the upstream's close would end, in chunks. */
export function framingForVisitor({ framing }: ResponseHead): 'none' | 'length' | 'chunked' {
  return framing === 'close' ? 'chunked' : framing
}

/** Response heads of one upstream connection as HTTP/1.1 visitors are sent them. One that the decoder recognised is written once. */
export class ForwardedResponse {
  #head: ResponseHead | undefined
  #keepAlive = false
  #bytes: Buffer | undefined

  of(head: ResponseHead, keepAlive: boolean, locationRewrite: LocationRewrite | undefined): Buffer | string {
    const framing = framingForVisitor(head)
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
}
