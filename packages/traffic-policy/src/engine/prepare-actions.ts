import type { CompiledAction, CompiledRule } from '../document/policy.ts'
import { basicAuthAction } from './actions/basic-auth.ts'
import { requestBodyFindReplaceAction, responseBodyFindReplaceAction } from './actions/body-find-replace.ts'
import { circuitBreakerAction } from './actions/circuit-breaker.ts'
import { compressResponseAction } from './actions/compress-response.ts'
import { forwardInternalAction } from './actions/forward-internal.ts'
import { addHeadersAction, removeHeadersAction } from './actions/headers.ts'
import { httpRequestAction } from './actions/http-request.ts'
import { jwtValidationAction } from './actions/jwt-validation.ts'
import { rateLimitAction } from './actions/rate-limit.ts'
import { closeConnectionAction, customResponseAction, denyAction, redirectAction } from './actions/responses.ts'
import { restrictIpsAction } from './actions/restrict-ips.ts'
import { terminateTlsAction } from './actions/terminate-tls.ts'
import { urlRewriteAction } from './actions/url-rewrite.ts'
import { userAgentFilterAction } from './actions/user-agent-filter.ts'
import { logAction, setVarsAction } from './actions/variables.ts'
import { verifyWebhookAction } from './actions/verify-webhook.ts'
import type { Executor, Prepare } from './phase-run.ts'
import type { RunnableRule } from './run-phase.ts'

type Preparers = { readonly [Type in CompiledAction['type']]: Prepare<Type> }

const preparers: Preparers = {
  'add-headers': addHeadersAction,
  'basic-auth': basicAuthAction,
  'circuit-breaker': circuitBreakerAction,
  'close-connection': closeConnectionAction,
  'compress-response': compressResponseAction,
  'custom-response': customResponseAction,
  deny: denyAction,
  'forward-internal': forwardInternalAction,
  'http-request': httpRequestAction,
  'jwt-validation': jwtValidationAction,
  log: logAction,
  'rate-limit': rateLimitAction,
  redirect: redirectAction,
  'remove-headers': removeHeadersAction,
  'request-body-find-replace': requestBodyFindReplaceAction,
  'response-body-find-replace': responseBodyFindReplaceAction,
  'restrict-ips': restrictIpsAction,
  'set-vars': setVarsAction,
  // Gathered by the stream's filter: `event-stream.ts`.
  'sse-find-replace': () => () => undefined,
  'terminate-tls': terminateTlsAction,
  'url-rewrite': urlRewriteAction,
  'user-agent-filter': userAgentFilterAction,
  'verify-webhook': verifyWebhookAction,
}

/** The table's type ties each preparer to its own config; a lookup by a type that is only known now cannot show that. */
const prepare = (action: CompiledAction): Executor =>
  (preparers[action.type] as Prepare<CompiledAction['type']>)(action.config as never, action)

export const runnableRules = (rules: readonly CompiledRule[]): RunnableRule[] =>
  rules.map((rule) => ({ rule, actions: rule.actions.map((action) => ({ action, execute: prepare(action) })) }))
