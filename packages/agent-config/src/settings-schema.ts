import { durationSchema, listenAddressSchema } from '@tunnel/config-file'
import * as z from 'zod'
import { connectCas } from './connect-cas.ts'
import { redactSchema } from './redact-schema.ts'
import { flag, httpsUrl, ipAddress, metadata, off, optional, proxyUrl, secret, text } from './scalars.ts'

const positive = () => durationSchema({ minMs: 1 })

/** The settings that version 2 keeps at the top level and version 3 under `agent`. */
export const sharedSettings = {
  api_key: optional(secret(), 'Credential of the REST API.'),
  authtoken: optional(secret(), 'Credential of the session.'),
  connect_addresses: optional(
    z.array(ipAddress()).max(16),
    "The edge's IP addresses, for when no resolver knows its name.",
  ),
  connect_interface: optional(text(), 'Network interface, or IP address, that the session leaves by.'),
  connect_timeout: optional(positive(), 'Longest time to establish a session. Default 10s.'),
  connect_tls_min_version: optional(
    z.enum(['1.2', '1.3']),
    'Oldest TLS to speak with the edge; 1.2 only for what stands in front of it. Default 1.3.',
  ),
  console_ui: optional(
    z.union([flag(), z.enum(['iftty', 'ifTTY'])], { error: 'expected true, false or iftty' }),
    'Whether the terminal shows the console. Default iftty: when it is a terminal.',
  ),
  console_ui_color: optional(z.enum(['black', 'transparent']), 'Background of the console. Default black.'),
  crl_noverify: optional(flag(), "Leave out the check whether the edge's certificate was revoked. Default false."),
  crl_url: optional(text(), 'URL or file of the list of revoked certificates. Default none.'),
  dns_fallback_ips: optional(z.array(ipAddress()).max(16), 'Name servers to ask where the first answer leads nowhere.'),
  dns_over_https_urls: optional(
    z.array(httpsUrl()).max(16),
    'DNS over HTTPS servers to ask after those: https://9.9.9.9/dns-query.',
  ),
  dns_resolver_ips: optional(z.array(ipAddress()).max(16), "Name servers for the edge's name. Default the system's."),
  heartbeat_interval: optional(positive(), 'Time between heartbeats. Default 10s.'),
  heartbeat_tolerance: optional(positive(), 'Longest wait for the answer to a heartbeat. Default 15s.'),
  inspect_db_size: optional(
    z.int().min(-1),
    'Bytes that captured exchanges may take; 0 means 50 MB, -1 turns capturing off. Default 0.',
  ),
  inspect_redact: optional(redactSchema, 'What of captured exchanges is never kept.'),
  inspect_spool: optional(
    text(),
    'Directory that keeps captured exchanges too, with bodies up to 64 MiB, for the next start. Default none.',
  ),
  inspect_spool_size: optional(
    z.int().min(0),
    'Bytes that they may take there, 1 MiB at least; 0 means 500 MB. Default 0.',
  ),
  local_storage: optional(flag(), 'Whether the agent keeps captured exchanges. Default true.'),
  log: optional(z.union([off(), text()]), 'Where logs go: stdout, stderr, false or a path. Default false.'),
  log_format: optional(z.enum(['term', 'logfmt', 'json']), 'Form of a log line. Default term.'),
  log_level: optional(z.enum(['debug', 'info', 'warn', 'error', 'crit']), 'Least severe log line. Default info.'),
  metadata: optional(metadata(), 'Opaque text of the session, shown in the API; at most 4096 characters.'),
  proxy_url: optional(
    proxyUrl(),
    'Proxy on the way to the edge: http, https, socks5 or socks5h. Default that of the environment.',
  ),
  remote_management: optional(flag(), 'Whether the edge may stop, restart and update the agent. Default true.'),
  tcp_keepalive: optional(
    durationSchema({ minMs: 0 }),
    'Idle time after which TCP asks whether the edge is there; 0 never. Default 15s.',
  ),
  update_channel: optional(z.enum(['stable', 'unstable', 'beta']), 'Which releases to update to. Default stable.'),
  update_check: optional(flag(), 'Whether to look for a newer release. Default true.'),
  web_addr: optional(
    z.union([off(), listenAddressSchema()]),
    'Where the inspector and the local API listen, or false. Default 127.0.0.1:4040.',
  ),
  web_allow_hosts: optional(z.array(text()).max(100), 'Host names by which the inspector may be called.'),
}

/** Whom to connect to, under the names of version 3. */
export const connectSettings = {
  connect_cas: optional(
    connectCas(),
    'Who vouches for the edge: trusted, host, sha256:<fingerprint of a CA> or a PEM file. Default trusted.',
  ),
  connect_url: optional(text(), "The edge's agent address, host:port."),
  connect_urls: optional(
    z.array(text()).max(8),
    'Several edges to be online at together: host:port, or a connection string with its own CA and authtoken. At most 8.',
  ),
  region: optional(
    text(),
    'Of several edges, those of this region: a label of their host name, or all of it. Default auto, all of them.',
  ),
}

/** The same under the names of version 2. */
export const serverSettings = {
  region: connectSettings.region,
  root_cas: connectSettings.connect_cas,
  server_addr: connectSettings.connect_url,
}
