import { TunnelError } from '@tunnel/protocol'
import type { ForwardConfig } from './default-session.ts'
import { nearestName } from './nearest-name.ts'

/** Throws {@link TunnelError} 301 for an option that nobody knows. Warns once of those that have no effect. */
export function assertKnownOptions(config: object): void {
  for (const [name, value] of Object.entries(config)) {
    if (Object.hasOwn(supported, name) || value === undefined) continue
    if (!ignored.has(name)) throw unknownOption(name)
    warnOnce(name)
  }
}

/** Older programs write `oauth.provider`. */
export function withoutDots<T extends object>(config: T): T {
  const entries = Object.entries(config)
  if (!entries.some(([name]) => name.includes('.'))) return config
  return Object.fromEntries(entries.map(([name, value]) => [name.replaceAll('.', '_'), value])) as T
}

/** The compiler keeps this the same as the options that there are. */
const supported: Readonly<Record<keyof ForwardConfig, true>> = {
  addr: true,
  allow_user_agent: true,
  app_protocol: true,
  auth: true,
  authtoken: true,
  authtoken_from_env: true,
  basic_auth: true,
  binding: true,
  circuit_breaker: true,
  compression: true,
  connect: true,
  crt: true,
  deny_user_agent: true,
  description: true,
  dial_timeout_ms: true,
  domain: true,
  force_new_session: true,
  forwards_to: true,
  host: true,
  host_header: true,
  hostname: true,
  inspect: true,
  ip_restriction_allow_cidrs: true,
  ip_restriction_deny_cidrs: true,
  key: true,
  labels: true,
  metadata: true,
  mutual_tls_cas: true,
  name: true,
  network: true,
  oauth_allow_domains: true,
  oauth_allow_emails: true,
  oauth_client_id: true,
  oauth_client_secret: true,
  oauth_provider: true,
  oauth_scopes: true,
  oidc_allow_domains: true,
  oidc_allow_emails: true,
  oidc_client_id: true,
  oidc_client_secret: true,
  oidc_issuer_url: true,
  oidc_scopes: true,
  on_status_change: true,
  onLogEvent: true,
  onStatusChange: true,
  policy: true,
  pooling_enabled: true,
  port: true,
  proto: true,
  proxy_proto: true,
  region: true,
  remote_addr: true,
  request_header_add: true,
  request_header_remove: true,
  response_header_add: true,
  response_header_remove: true,
  root_cas: true,
  schemes: true,
  server_addr: true,
  session_ca_cert: true,
  session_metadata: true,
  signal: true,
  terminate_at: true,
  tls_min_version: true,
  traffic_policy: true,
  upstream_tls_ca_file: true,
  url: true,
  verify_upstream_tls: true,
  verify_webhook_provider: true,
  verify_webhook_secret: true,
  websocket_tcp_converter: true,
}

/** Reference agent.md §10.1, "accepted but ignored", less what works here; and callbacks, which change nothing for visitors. */
const ignored: ReadonlySet<string> = new Set(['binPath', 'configPath', 'subdomain', 'web_addr'])

function unknownOption(name: string): TunnelError {
  const nearest = nearestName(name, Object.keys(supported))
  return new TunnelError(301, `option ${name.slice(0, 100)} is unknown${nearest ? `: did you mean ${nearest}?` : ''}`)
}

const warned = new Set<string>()

function warnOnce(name: string): void {
  if (warned.has(name)) return
  warned.add(name)
  process.emitWarning(`option ${name} has no effect`, { type: 'TunnelWarning', code: 'TUNNEL_IGNORED_OPTION' })
}
