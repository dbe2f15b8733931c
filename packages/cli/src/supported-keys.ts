import type { AgentConfig, AgentSettings, EndpointDefinition, TunnelDefinition } from '@tunnel/agent-config'

/** Whether a key of a configuration file is carried out; otherwise why not. The compiler keeps the lists whole. */
type Support<T> = Readonly<Record<keyof T, true | string>>

/** Keys of `tunnels`: one that is not carried out is refused by `tunnel start`. */
export const tunnelKeys: Support<TunnelDefinition> = {
  addr: true,
  proto: true,
  labels: true,
  metadata: true,
  inspect: true,
  url: true,
  domain: true,
  hostname: true,
  subdomain: true,
  remote_addr: true,
  schemes: true,
  host_header: true,
  basic_auth: true,
  circuit_breaker: true,
  compression: true,
  websocket_tcp_converter: 'only http tunnels have it',
  oauth: true,
  oidc: true,
  request_header: true,
  request_headers: true,
  response_header: true,
  response_headers: true,
  user_agent_filter: true,
  ua_filter_allow: true,
  ua_filter_deny: true,
  verify_webhook: true,
  ip_restriction: true,
  mutual_tls_cas: 'only http and tls tunnels have it',
  crt: true,
  key: true,
  terminate_at: true,
  proxy_proto: true,
  policy: true,
  traffic_policy: true,
}

/** Keys of `endpoints`: one that is not carried out is refused by `tunnel start`. */
export const endpointKeys: Support<EndpointDefinition> = {
  name: true,
  url: true,
  bindings: true,
  description: true,
  metadata: true,
  traffic_policy: true,
  traffic_policy_file: true,
  traffic_policy_url: true,
  pooling_enabled: true,
  inspect: true,
  upstream: true,
  agent_tls_termination: true,
}

export const upstreamKeys: Support<EndpointDefinition['upstream']> = {
  url: true,
  protocol: true,
  proxy_protocol: true,
  tls_verify: true,
  tls_verify_cas: true,
}

export const terminationKeys: Support<NonNullable<EndpointDefinition['agent_tls_termination']>> = {
  server_certificate: true,
  server_private_key: true,
  mutual_tls_certificate_authorities: true,
  min_version: true,
  max_version: 'only the oldest version of visitors can be chosen',
}

/** The keys that a definition has in vain, with the reason. */
export function unsupportedKeys<T extends object>(definition: T, keys: Support<T>): [key: string, reason: string][] {
  return Object.entries(definition).flatMap(([key, value]): [string, string][] => {
    const support = keys[key as keyof T]
    return typeof support === 'string' && (value ?? false) !== false ? [[key, support]] : []
  })
}

/** Settings of the agent: of one that is not carried out a warning tells. */
export const settingKeys: Support<AgentSettings> = {
  api_key: true,
  authtoken: true,
  connect_cas: true,
  connect_addresses: true,
  connect_interface: true,
  connect_timeout: true,
  connect_tls_min_version: true,
  connect_url: true,
  connect_urls: true,
  console_ui: true,
  console_ui_color: true,
  crl_noverify: true,
  crl_url: true,
  dns_fallback_ips: true,
  dns_over_https_urls: true,
  dns_resolver_ips: true,
  heartbeat_interval: true,
  heartbeat_tolerance: true,
  inspect_db_size: true,
  inspect_redact: true,
  inspect_spool: true,
  inspect_spool_size: true,
  local_storage: true,
  log: true,
  log_format: true,
  log_level: true,
  metadata: true,
  proxy_url: true,
  region: true,
  remote_management: true,
  tcp_keepalive: true,
  update_channel: true,
  update_check: true,
  web_addr: true,
  web_allow_hosts: true,
}

/** Settings that a file states and that have no effect yet: who relies on one has to know. */
export function idleSettings({ stated }: AgentConfig): string[] {
  return stated.flatMap((name) => {
    const support = settingKeys[name]
    return support === true ? [] : [`the setting ${name} is not supported yet and has no effect: ${support}`]
  })
}
