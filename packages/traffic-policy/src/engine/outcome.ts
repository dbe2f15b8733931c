import type { HeaderList } from '@tunnel/http'
import type { Compressor } from '../actions/compressor.ts'
import type { TlsSettings } from '../actions/terminate-tls.ts'
import type { InternalUrl } from '../document/action-configs/forward-internal.ts'
import type { TlsFacts } from '../variables/facts.ts'

/** An error of the reference: the code, and the status that it is answered with. */
export interface PolicyError {
  readonly code: string
  readonly message: string
}

/** The edge answers with its page for `code`. */
export interface RefuseOutcome {
  readonly kind: 'refuse'
  readonly status: number
  readonly code: string
  /** For the log and the page; holds no secret. */
  readonly message: string
  /** Fields that the answer has besides its own. */
  readonly headers: HeaderList
}

/** The connection ends at once, without an answer. */
export interface CloseOutcome {
  readonly kind: 'close'
  /** Why, if it was not simply asked for. */
  readonly error?: PolicyError
}

/** The request as the upstream gets it. */
export interface ForwardedRequest {
  /** Whether anything of the head or body is not as it came. */
  readonly isChanged: boolean
  /** Path and query. */
  readonly target: string
  readonly host: string
  readonly headers: HeaderList
  /** Fields that the proxy would set and that were removed, in lower case: it is to leave them alone. The same list for the same actions. */
  readonly withheld: readonly string[] | undefined
  /** The whole body, if an action asked for it: what the visitor sent has been read. */
  readonly body: Buffer | undefined
}

/** The response as the visitor gets it. */
export interface FinalResponse {
  readonly isChanged: boolean
  readonly status: number
  readonly headers: HeaderList
  /** `undefined`: the upstream's own, as it comes. */
  readonly body: Buffer | undefined
  /** What the body goes through, if it is compressed. */
  readonly compressor: Compressor | undefined
}

/** Answered by the policy; the upstream is not asked. Response rules have run where the reference says so. */
export interface RespondOutcome {
  readonly kind: 'respond'
  readonly response: FinalResponse
}

/**
 * Traffic goes to another endpoint. An answer, whatever its status, ends the phase. Where none is had before its head, `resume` says what
 * comes next: it must not be called once a byte of the request's body is gone, which then cannot go anywhere else.
 */
export interface ForwardInternalOutcome<Next> {
  readonly kind: 'forward-internal'
  readonly url: InternalUrl
  readonly request: ForwardedRequest | undefined
  resume(error: PolicyError): Next | Promise<Next>
}

/** The handshake is made with these settings, and the phase goes on with what it gave. */
export interface TerminateTlsOutcome {
  readonly kind: 'terminate-tls'
  readonly settings: TlsSettings
  /** @param tls What `conn.tls` is from now on. */
  resume(tls: TlsFacts): TcpOutcome | Promise<TcpOutcome>
}

export type TcpOutcome =
  | { readonly kind: 'continue' }
  | CloseOutcome
  | ForwardInternalOutcome<TcpOutcome>
  | TerminateTlsOutcome

export type RequestOutcome =
  | { readonly kind: 'forward'; readonly request: ForwardedRequest }
  | RespondOutcome
  | RefuseOutcome
  | CloseOutcome
  | ForwardInternalOutcome<RequestOutcome>

export type ResponseOutcome = { readonly kind: 'respond'; readonly response: FinalResponse } | RefuseOutcome
