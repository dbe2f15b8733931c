import type { PolicyProtocol } from '../document/phases.ts'

/**
 * What older flags and configuration keys ask of an endpoint, each by itself. Today the same is said by rules of a traffic policy.
 *
 * @see Reference §8.1–8.3
 */
export interface EndpointModules {
  /** Networks that pass. None, and only `denyCidrs`: all that are not denied. */
  readonly allowCidrs?: readonly string[]
  readonly denyCidrs?: readonly string[]
  /** RE2 patterns; allow goes before deny, and what neither names passes. */
  readonly userAgentAllow?: readonly string[]
  readonly userAgentDeny?: readonly string[]
  readonly verifyWebhook?: { readonly provider: string; readonly secret?: string | undefined }
  /** `user:password`; any of them lets a request pass. */
  readonly basicAuth?: readonly string[]
  readonly oauth?: LoginModule & { readonly provider: string }
  readonly oidc?: LoginModule & { readonly issuerUrl: string }
  /** Share of errors above which requests are refused, 0 to 1. `0`: off. */
  readonly circuitBreaker?: number
  /** @default false */
  readonly compression?: boolean
  /** `name: value`; the value may have `${…}`, also in the form of older templates. */
  readonly requestHeaderAdd?: readonly string[]
  readonly requestHeaderRemove?: readonly string[]
  readonly responseHeaderAdd?: readonly string[]
  readonly responseHeaderRemove?: readonly string[]
}

export interface LoginModule {
  readonly clientId?: string | undefined
  readonly clientSecret?: string | undefined
  readonly scopes?: readonly string[] | undefined
  readonly allowEmails?: readonly string[] | undefined
  readonly allowDomains?: readonly string[] | undefined
}

export type ModuleName =
  | 'ip-restriction'
  | 'user-agent-filter'
  | 'webhook-verification'
  | 'basic-auth'
  | 'oauth'
  | 'oidc'
  | 'circuit-breaker'
  | 'compression'
  | 'request-headers'
  | 'response-headers'

/** The endpoint that modules are of. */
export interface ModuleTarget {
  readonly protocol: PolicyProtocol
  /** @default 'public' */
  readonly binding?: 'public' | 'internal' | 'kubernetes' | undefined
}
