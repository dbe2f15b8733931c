import {
  type ForwardRequestFacts,
  forwardRequestHead,
  forwardResponseHead,
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

/** Response heads of one upstream connection as HTTP/1.1 visitors are sent them, where nothing in them depends on the visitor. */
export class ForwardedResponse {
  #head: ResponseHead | undefined
  #keepAlive = false
  #bytes: Buffer | undefined

  of(head: ResponseHead, keepAlive: boolean): Buffer | string {
    const isRepeated = head === this.#head && keepAlive === this.#keepAlive
    if (isRepeated && this.#bytes) return this.#bytes
    const framing = head.framing === 'close' ? 'chunked' : head.framing
    const text = forwardResponseHead(head, { framing, keepAlive })
    this.#head = head
    this.#keepAlive = keepAlive
    this.#bytes = isRepeated ? Buffer.from(text, 'latin1') : undefined
    return this.#bytes ?? text
  }
}
