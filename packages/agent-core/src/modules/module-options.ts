/**
 * What an endpoint asks of visitors, under the names of ngrok's JavaScript SDK (reference agent.md §10.1). Each becomes a rule of a traffic policy,
 * which the edge checks; they exclude a policy of one's own (9021).
 */
export interface ModuleOptions {
  /** `user:password`, one or several: HTTP basic authentication. The password has 8 to 128 characters (360). */
  basic_auth?: string | readonly string[] | undefined
  /** The older word for `basic_auth`. */
  auth?: string | readonly string[] | undefined
  /** Share of 5xx answers, 0 to 1, above which requests are refused for a while. `0`: off. */
  circuit_breaker?: number | undefined
  /** Compress answers for visitors that take it. */
  compression?: boolean | undefined
  /** RE2 patterns of `User-Agent` that may come in; they go before `deny_user_agent`. */
  allow_user_agent?: string | readonly string[] | undefined
  deny_user_agent?: string | readonly string[] | undefined
  /** Networks that may come in, in CIDR notation. With only denied ones, all others may. */
  ip_restriction_allow_cidrs?: string | readonly string[] | undefined
  ip_restriction_deny_cidrs?: string | readonly string[] | undefined
  oauth_provider?: string | undefined
  oauth_client_id?: string | undefined
  oauth_client_secret?: string | undefined
  oauth_scopes?: string | readonly string[] | undefined
  oauth_allow_emails?: string | readonly string[] | undefined
  oauth_allow_domains?: string | readonly string[] | undefined
  oidc_issuer_url?: string | undefined
  /** With `oidc_issuer_url`, beside `oidc_client_secret` (301). */
  oidc_client_id?: string | undefined
  oidc_client_secret?: string | undefined
  oidc_scopes?: string | readonly string[] | undefined
  oidc_allow_emails?: string | readonly string[] | undefined
  oidc_allow_domains?: string | readonly string[] | undefined
  /** `name:value`, one or several. */
  request_header_add?: string | readonly string[] | undefined
  request_header_remove?: string | readonly string[] | undefined
  response_header_add?: string | readonly string[] | undefined
  response_header_remove?: string | readonly string[] | undefined
  /** Who signs the webhooks that may come in. With `verify_webhook_secret` (15007). */
  verify_webhook_provider?: string | undefined
  verify_webhook_secret?: string | undefined
}
