import type { Duplex } from 'node:stream'
import { Readable } from 'node:stream'
import type { HeaderList, RequestHead, ResponseHead } from '@tunnel/http'
import {
  type PolicyFetch,
  type PolicyFetchLimits,
  PolicyFetchTooLarge,
  type PolicyRequest,
  type PolicyResponse,
} from '@tunnel/traffic-policy'
import type { Endpoint, EndpointScheme } from '../endpoints/endpoint.ts'
import { errorCodeOf, type VisitorError } from '../http/error-response.ts'
import { fieldOf } from '../http/field.ts'
import { ForwardedRequest } from '../http/forwarded-head.ts'
import type { Visitor } from '../http/visitor.ts'
import type { VisitorExchange } from '../http/visitor-exchange.ts'
import type { ConnectionEnds } from '../peer-address.ts'
import { ConnectionPolicies } from './connection-policies.ts'
import { decodedBody } from './decoded-body.ts'

/** What an internal request needs of the data path. */
export interface InternalPath {
  routeInternal(accountId: string, scheme: EndpointScheme, host: string, port?: number): Endpoint | undefined
  createExchange(visitor: Visitor, endpoint: Endpoint, head: RequestHead, onOver: () => void): VisitorExchange
}

/** Sends the requests of an account's policies to its own internal endpoints, without leaving the edge. */
export function createInternalFetch(path: InternalPath, accountId: string): PolicyFetch {
  return (request, limits) =>
    new Promise((resolve, reject) => {
      const { protocol, hostname, port } = new URL(request.url)
      const scheme = protocol === 'https:' ? 'https' : 'http'
      const endpoint = path.routeInternal(accountId, scheme, hostname, port === '' ? undefined : Number(port))
      if (!endpoint) return reject(new Error(`${hostname} is not online`))
      const visitor = new InternalVisitor(scheme, request, limits)
      visitor.answer.then(resolve, reject)
      visitor.send((head) => path.createExchange(visitor, endpoint, head, () => {}))
    })
}

/** The visitor that a policy is. It has no connection: what it says is made up, and it reads as fast as it is written to. */
class InternalVisitor implements Visitor {
  readonly address: string
  readonly scheme: 'http' | 'https'
  readonly hops = 0
  readonly hostHeader = undefined
  readonly withheld = undefined
  readonly record = undefined
  readonly forwarded = new ForwardedRequest()
  readonly answer: Promise<PolicyResponse>
  readonly #request: PolicyRequest
  readonly #limits: PolicyFetchLimits
  #exchange: VisitorExchange | undefined
  #head: ResponseHead | undefined
  readonly #body: Buffer[] = []
  #bytes = 0
  #resolve!: (response: PolicyResponse | Promise<PolicyResponse>) => void
  #reject!: (error: Error) => void

  constructor(scheme: 'http' | 'https', request: PolicyRequest, limits: PolicyFetchLimits) {
    this.scheme = scheme
    this.#request = request
    this.#limits = limits
    this.address = fieldOf(request.headers, 'x-forwarded-for')
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  send(createExchange: (head: RequestHead) => VisitorExchange): void {
    const { body } = this.#request
    const exchange = createExchange(this.#requestHead())
    this.#exchange = exchange
    this.#limits.signal.addEventListener('abort', () => this.#fail(this.#limits.signal.reason as Error), { once: true })
    exchange.begin()
    if (body) exchange.writeRequestBody(body)
    exchange.endRequest(undefined)
  }

  #requestHead(): RequestHead {
    const { method, url, headers, body } = this.#request
    const { pathname, search, host } = new URL(url)
    return {
      method,
      target: pathname + search,
      minorVersion: 1,
      headers: withoutForwardedFor(headers),
      host: fieldOf(headers, 'host') || host,
      framing: body ? 'length' : 'none',
      contentLength: body?.length ?? 0,
      keepAlive: true,
      upgrade: undefined,
      expectContinue: false,
    }
  }

  ends(): ConnectionEnds {
    const shown = this.address.includes(':') ? `[${this.address}]` : this.address
    return { visitorAddress: `${shown}:0`, localAddress: `${shown}:0` }
  }

  policies(): ConnectionPolicies {
    return ConnectionPolicies.without({ clientIp: this.address })
  }

  writeInformational(): void {}

  writeHead(head: ResponseHead): void {
    this.#head = head
  }

  writeBody(chunk: Buffer): void {
    this.#bytes += chunk.length
    const { maxBodyBytes } = this.#limits
    if (this.#bytes > maxBodyBytes) this.#fail(new PolicyFetchTooLarge(`body of more than ${maxBodyBytes} bytes`))
    else this.#body.push(chunk)
  }

  writeEnd(): void {
    const { status, headers } = this.#head as ResponseHead
    const body = decodedBody(headers, Readable.from(this.#body), this.#limits.maxBodyBytes)
    this.#resolve(body.then((decoded) => ({ status, headers, body: decoded, resolvedIp: '' })))
  }

  flush(): boolean {
    return true
  }

  writeError(error: VisitorError): void {
    this.#reject(new Error(`${errorCodeOf(error) ?? error.status} ${error.title} ${error.detail}`))
  }

  abort(): void {
    this.#reject(new Error('the answer was cut short'))
  }

  drop(): void {
    this.#reject(new Error('the connection was closed'))
  }

  pauseRequest(): void {}

  resumeRequest(): void {}

  takeOver(_use: (connection: Duplex) => void): void {
    this.#fail(new Error('the connection was upgraded, which was not asked for'))
  }

  #fail(error: Error): void {
    this.#reject(error)
    this.#exchange?.visitorLeft()
  }
}

/** The edge writes it anew. */
function withoutForwardedFor(headers: HeaderList): HeaderList {
  const kept: HeaderList = []
  for (let at = 0; at < headers.length; at += 2) {
    if ((headers[at] as string).toLowerCase() !== 'x-forwarded-for')
      kept.push(headers[at] as string, headers[at + 1] as string)
  }
  return kept
}
