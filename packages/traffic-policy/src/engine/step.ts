import type { HeaderList } from '@tunnel/http'
import { ActionError } from '../actions/action-error.ts'
import type { TlsSettings } from '../actions/terminate-tls.ts'
import { CelError } from '../cel/cel-error.ts'
import type { InternalUrl } from '../document/action-configs/forward-internal.ts'
import type { PolicyError } from './outcome.ts'

/** What an action says of the chain; `undefined`: the next action. Reference §1.4 */
export type Step =
  | {
      readonly kind: 'respond'
      readonly status: number
      readonly headers: HeaderList
      readonly body: Buffer
      /** Whether the response rules of this policy run on it. */
      readonly passesResponsePhase: boolean
    }
  | {
      readonly kind: 'refuse'
      readonly status: number
      readonly code: string
      readonly message: string
      readonly headers: HeaderList
    }
  | { readonly kind: 'close'; readonly error?: PolicyError }
  | { readonly kind: 'forward-internal'; readonly url: InternalUrl; readonly onError: 'halt' | 'continue' }
  | { readonly kind: 'terminate-tls'; readonly settings: TlsSettings }

export type StepOrPromise = Step | undefined | Promise<Step | undefined>

export const respond = (status: number, headers: HeaderList, body: Buffer = Buffer.alloc(0)): Step => ({
  kind: 'respond',
  status,
  headers: headers.some((name, at) => at % 2 === 0 && name === 'content-length')
    ? headers
    : [...headers, 'content-length', String(body.length)],
  body,
  passesResponsePhase: false,
})

/** What failed while a field or expression of the request was worked out. `code` is that of a value that cannot be used. */
export function refusal(
  error: unknown,
  code: 'ERR_TUNNEL_2253' | 'ERR_TUNNEL_2254',
  headers: HeaderList = [],
): Step & { kind: 'refuse' } {
  if (error instanceof ActionError) {
    const { status, message } = error
    return { kind: 'refuse', status, code: error.code, message, headers }
  }
  if (error instanceof CelError)
    return {
      kind: 'refuse',
      status: 500,
      code: error.kind === 'budget' ? 'ERR_TUNNEL_2249' : code,
      message: error.message,
      headers,
    }
  // Its message may hold anything: `reportError` is told, and no visitor.
  return { kind: 'refuse', status: 500, code: 'ERR_TUNNEL_2300', message: 'action failed', headers }
}
