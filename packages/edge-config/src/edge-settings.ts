import type { ListenAddress } from '@tunnel/config-file'
import type { ReservationSetting } from './reservations.ts'
import type { SettingValues } from './settings-schema.ts'
import type { CertificateSetting, PortRange } from './value-types.ts'

/** The settings of an edge, all defaults filled in. */
export interface EdgeSettings {
  /** Lower case, punycode, no doubles; the first is the default one. */
  readonly domains: readonly [string, ...string[]]
  readonly edgeHost: string
  readonly region: string
  readonly tcpPublicHost: string
  /** `undefined`: the port that the HTTP listener got. */
  readonly publicHttpPort: number | undefined
  /** `undefined`: the port that the HTTPS listener got. */
  readonly publicHttpsPort: number | undefined
  /** `undefined`: no HTTP listener. */
  readonly httpAddr: ListenAddress | undefined
  /** `undefined`: no HTTPS listener. */
  readonly httpsAddr: ListenAddress | undefined
  readonly autoHttpsRedirect: boolean
  readonly tcpHost: string
  readonly tcpPorts: PortRange
  /** In the order given. */
  readonly reservations: readonly ReservationSetting[]
  readonly reservationsRequired: 'none' | 'wildcards' | 'all'
  /** Addresses and CIDRs; empty: nobody is believed. */
  readonly proxyProtocolFrom: readonly string[]
  /** Empty: internal endpoints only. */
  readonly policyRequestHosts: readonly string[]
  readonly policyPrivateAddresses: boolean
  /** Paths; a later one adds what an earlier one does not know. */
  readonly geoDatabases: readonly string[]
  readonly dataDir: string
  /** Both or none. */
  readonly tlsFiles: { readonly cert: string; readonly key: string } | undefined
  /** Further ones, in the order given. */
  readonly certificates: readonly CertificateSetting[]
  /** `stdout`, `stderr` or a path. */
  readonly log: string
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'crit'
  readonly logFormat: 'json' | 'term'
  /** A path, `-` for standard output; `undefined`: no events. */
  readonly eventsFile: string | undefined
  readonly eventsHeaders: 'none' | 'safe' | 'all'
  readonly eventsMaxBytes: number
  readonly eventsMaxFiles: number
  readonly maxQueuedEvents: number
  /** `undefined`: no listener for metrics and health. */
  readonly metricsAddr: ListenAddress | undefined
  /** `undefined`: no traces. */
  readonly otlpEndpoint: string | undefined
  readonly traceSampleRatio: number
  readonly maxQueuedSpans: number
  readonly heartbeatIntervalMs: number
  readonly heartbeatToleranceMs: number
  readonly resumeWindowMs: number
  readonly reconnectGraceMs: number
  readonly takeoverProbeMs: number
  readonly drainGraceMs: number
  readonly handshakeTimeoutMs: number
  readonly helloTimeoutMs: number
  readonly maxUnauthenticatedSessions: number
  readonly maxUnauthenticatedPerAddress: number
  readonly maxSessionsPerCredential: number
  readonly maxStreamsPerSession: number
  readonly maxEndpointsPerSession: number
  readonly maxPoolSize: number
  readonly maxVisitorConnections: number
  readonly maxConnectionsPerAddress: number
  readonly maxConnectionsPerEndpoint: number
  readonly maxWaitingRequests: number
  readonly maxHeadBytes: number
  readonly maxHeaders: number
  readonly headTimeoutMs: number
  readonly clientIdleTimeoutMs: number
  readonly upstreamIdleTimeoutMs: number
  readonly drainQuietMs: number
  readonly maxMetadataLength: number
  readonly maxIdleStreamsPerEndpoint: number
  readonly upstreamKeepAliveMs: number
  readonly maxIdleBeforeUnrepeatableMs: number
  readonly maxInternalHops: number
  readonly maxLingerBytes: number
  readonly lingerTimeoutMs: number
  readonly proxyHeaderTimeoutMs: number
  readonly clientHelloTimeoutMs: number
  readonly maxClientHelloBytes: number
  readonly maxHttp2Streams: number
  readonly maxHttp2Resets: number
  readonly maxHttp2ControlFrames: number
  readonly maxHttp2InvalidFrames: number
  readonly http2PingIntervalMs: number
  readonly overloadSampleMs: number
  readonly maxMemoryBytes: number
  readonly maxDescriptors: number
  readonly maxEventLoopDelayMs: number
  readonly keepAliveMarkPercent: number
  readonly connectionMarkPercent: number
  readonly requestMarkPercent: number
  readonly maxRefusedConnections: number
  readonly refusalTimeoutMs: number
  readonly webSocketPingIntervalMs: number
}

/** Whether only this machine can mean these domains, so that the edge is for trying out. */
export const isLocalOnly = (domains: readonly string[]): boolean =>
  domains.every((domain) => domain === 'localhost' || domain.endsWith('.localhost'))

/** Fills in the defaults that depend on other settings. */
export const edgeSettingsFrom = (values: SettingValues, defaultDataDir: string): EdgeSettings => {
  const { domain: domains, tls_cert: cert, tls_key: key } = values
  const [firstDomain] = domains
  const local = isLocalOnly(domains)
  const listener = (given: ListenAddress | false | undefined, port: number, localPort: number) =>
    given === undefined ? { host: local ? '127.0.0.1' : undefined, port: local ? localPort : port } : given || undefined
  return {
    domains,
    edgeHost: values.edge_host ?? firstDomain,
    region: values.region,
    tcpPublicHost: values.tcp_public_host ?? firstDomain,
    publicHttpPort: values.public_http_port,
    publicHttpsPort: values.public_https_port,
    httpAddr: listener(values.http_addr, 80, 8_080),
    httpsAddr: listener(values.https_addr, 443, 8_443),
    autoHttpsRedirect: values.auto_https_redirect,
    tcpHost: values.tcp_host,
    tcpPorts: values.tcp_ports,
    reservations: values.reserved ?? [],
    reservationsRequired: values.require_reserved,
    proxyProtocolFrom: values.proxy_protocol_from ?? [],
    policyRequestHosts: values.policy_request_hosts ?? [],
    policyPrivateAddresses: values.policy_private_addresses,
    geoDatabases: values.geo_databases ?? [],
    dataDir: values.data ?? defaultDataDir,
    tlsFiles: cert === undefined || key === undefined ? undefined : { cert, key },
    certificates: values.certificates ?? [],
    log: values.log,
    logLevel: values.log_level,
    logFormat: values.log_format,
    // A bare - is no text in YAML.
    eventsFile: values.events_file === 'stdout' ? '-' : values.events_file,
    eventsHeaders: values.events_headers,
    eventsMaxBytes: values.events_max_bytes,
    eventsMaxFiles: values.events_max_files,
    maxQueuedEvents: values.max_queued_events,
    metricsAddr: values.metrics_addr || undefined,
    otlpEndpoint: values.otlp_endpoint,
    traceSampleRatio: values.trace_sample_ratio,
    maxQueuedSpans: values.max_queued_spans,
    heartbeatIntervalMs: values.heartbeat_interval,
    heartbeatToleranceMs: values.heartbeat_tolerance,
    resumeWindowMs: values.resume_window,
    reconnectGraceMs: values.reconnect_grace,
    takeoverProbeMs: values.takeover_probe,
    drainGraceMs: values.drain_grace,
    handshakeTimeoutMs: values.handshake_timeout,
    helloTimeoutMs: values.hello_timeout,
    maxUnauthenticatedSessions: values.max_unauthenticated_sessions,
    maxUnauthenticatedPerAddress: values.max_unauthenticated_per_address,
    maxSessionsPerCredential: values.max_sessions_per_credential,
    maxStreamsPerSession: values.max_streams_per_session,
    maxEndpointsPerSession: values.max_endpoints_per_session,
    maxPoolSize: values.max_pool_size,
    maxVisitorConnections: values.max_visitor_connections,
    maxConnectionsPerAddress: values.max_connections_per_address,
    maxConnectionsPerEndpoint: values.max_connections_per_endpoint,
    maxWaitingRequests: values.max_waiting_requests,
    maxHeadBytes: values.max_head_bytes,
    maxHeaders: values.max_headers,
    headTimeoutMs: values.head_timeout,
    clientIdleTimeoutMs: values.client_idle_timeout,
    upstreamIdleTimeoutMs: values.upstream_idle_timeout,
    drainQuietMs: values.drain_quiet,
    maxMetadataLength: values.max_metadata_length,
    maxIdleStreamsPerEndpoint: values.max_idle_streams_per_endpoint,
    upstreamKeepAliveMs: values.upstream_keep_alive,
    maxIdleBeforeUnrepeatableMs: values.max_idle_before_unrepeatable,
    maxInternalHops: values.max_internal_hops,
    maxLingerBytes: values.max_linger_bytes,
    lingerTimeoutMs: values.linger_timeout,
    proxyHeaderTimeoutMs: values.proxy_header_timeout,
    clientHelloTimeoutMs: values.client_hello_timeout,
    maxClientHelloBytes: values.max_client_hello_bytes,
    maxHttp2Streams: values.max_http2_streams,
    maxHttp2Resets: values.max_http2_resets,
    maxHttp2ControlFrames: values.max_http2_control_frames,
    maxHttp2InvalidFrames: values.max_http2_invalid_frames,
    http2PingIntervalMs: values.http2_ping_interval,
    overloadSampleMs: values.overload_sample,
    maxMemoryBytes: values.max_memory_bytes,
    maxDescriptors: values.max_descriptors,
    maxEventLoopDelayMs: values.max_event_loop_delay,
    keepAliveMarkPercent: values.keep_alive_mark_percent,
    connectionMarkPercent: values.connection_mark_percent,
    requestMarkPercent: values.request_mark_percent,
    maxRefusedConnections: values.max_refused_connections,
    refusalTimeoutMs: values.refusal_timeout,
    webSocketPingIntervalMs: values.web_socket_ping_interval,
  }
}
