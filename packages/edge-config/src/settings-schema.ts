import { durationSchema } from '@tunnel/config-file'
import * as z from 'zod'
import { reservations } from './reservations.ts'
import {
  addressOrOff,
  certificates,
  cidrs,
  count,
  domains,
  host,
  hostPatterns,
  httpUrl,
  onOff,
  paths,
  port,
  portRange,
  ratio,
  regionName,
  text,
} from './value-types.ts'

/** What the help says of a setting beside its description and default. */
interface SettingHelp {
  readonly section: string
  /** Stands for the value in the help text. */
  readonly value: string
  /** The default in words, where it depends on other settings or on the machine. */
  readonly defaultText?: string
}

const help = z.registry<SettingHelp>()

/** A setting with a fixed default, given as one would write it. */
const setting = <S extends z.ZodType>(type: S, initial: z.input<S>, about: SettingHelp, description: string) => {
  const schema = type.prefault(initial as z.core.util.NoUndefined<z.input<S>>).describe(description)
  help.add(schema, about)
  return schema
}

/** A setting that may stay unset. */
const unset = <S extends z.ZodType>(type: S, about: SettingHelp, description: string) => {
  const schema = type.optional().describe(description)
  help.add(schema, about)
  return schema
}

const duration = () => durationSchema({ minMs: 1_000, maxMs: 86_400_000 })

const names = 'Names'
const listeners = 'Listeners'
const storage = 'Storage and certificates'
const policies = 'Traffic policies'
const logging = 'Logs'
const observation = 'Events and metrics'
const sessions = 'Agent sessions'
const limits = 'Limits for visitors'
const overload = 'Overload'

/** Every setting of the edge. This is the one place where a setting is named, typed, bounded, defaulted and described. */
export const shape = {
  domain: setting(
    domains(),
    'localhost',
    { section: names, value: 'name' },
    'Base domain below which endpoints get their names. Repeat it, or separate with commas, for several; the first is the default one.',
  ),
  edge_host: unset(
    host(),
    { section: names, value: 'host', defaultText: 'the first domain' },
    "The edge's own host: for its API and for agents that connect by WebSocket.",
  ),
  region: setting(
    regionName(),
    'default',
    { section: names, value: 'name' },
    'Name of the place where this edge is: agents show it, and policies can ask for it.',
  ),
  tcp_public_host: unset(
    host(),
    { section: names, value: 'host', defaultText: 'the first domain' },
    'Host shown in the URLs of TCP endpoints.',
  ),
  reserved: unset(
    reservations(),
    { section: names, value: 'address=credential', defaultText: 'none' },
    'Addresses that only one authtoken may bind: a name with all below it, *.name, or host:port of a TCP endpoint, and the id of a credential. Repeat it, or separate with commas, for several.',
  ),
  require_reserved: setting(
    z.enum(['none', 'wildcards', 'all']),
    'none',
    { section: names, value: 'which' },
    'What cannot be bound unless it is reserved: none, wildcards, or all but random addresses.',
  ),
  public_http_port: unset(
    port(),
    { section: names, value: 'port', defaultText: "the listener's port" },
    'Port shown in http:// URLs, where a load balancer maps it.',
  ),
  public_https_port: unset(
    port(),
    { section: names, value: 'port', defaultText: "the listener's port" },
    'Port shown in https:// and tls:// URLs, where a load balancer maps it.',
  ),
  http_addr: unset(
    addressOrOff(),
    {
      section: listeners,
      value: 'host:port',
      defaultText: ':80; while every domain is localhost or below it, 127.0.0.1:8080',
    },
    'Where HTTP arrives, or off. Without a host: on every address; port 0: any free port.',
  ),
  https_addr: unset(
    addressOrOff(),
    {
      section: listeners,
      value: 'host:port',
      defaultText: ':443; while every domain is localhost or below it, 127.0.0.1:8443',
    },
    'Where TLS arrives, or off.',
  ),
  auto_https_redirect: setting(
    onOff(),
    'off',
    { section: listeners, value: 'on|off' },
    'Lead http requests for a host that has only an https endpoint there: on or off.',
  ),
  tcp_host: setting(
    host(),
    '127.0.0.1',
    { section: listeners, value: 'host' },
    'Address that the ports of TCP endpoints are bound to; 0.0.0.0 or :: to open them to the network.',
  ),
  tcp_ports: setting(
    portRange(),
    '20000-29999',
    { section: listeners, value: 'first-last' },
    'Ports that TCP endpoints get.',
  ),
  proxy_protocol_from: unset(
    cidrs(),
    { section: listeners, value: 'address/bits', defaultText: 'nobody' },
    'Networks of load balancers that state the visitor by PROXY protocol, like 10.0.0.0/8; every connection from there must. Repeat it, or separate with commas, for several.',
  ),
  data: unset(
    text(),
    {
      section: storage,
      value: 'directory',
      defaultText: "tunnel-edge in the user's data directory; required unless every domain is localhost or below it",
    },
    'Directory of everything that outlives a restart: database, certificates, keys.',
  ),
  tls_cert: unset(
    text(),
    { section: storage, value: 'file', defaultText: 'none' },
    'PEM file of an own certificate (with its chain) for public HTTPS. Goes with tls_key.',
  ),
  tls_key: unset(
    text(),
    { section: storage, value: 'file', defaultText: 'none' },
    'PEM file of its key. Goes with tls_cert.',
  ),
  certificates: unset(
    certificates(),
    { section: storage, value: 'cert,key', defaultText: 'none' },
    'Further certificates, each chosen for the names it has. In the file a list of maps: cert, key and, where other names are meant, domains.',
  ),
  policy_request_hosts: unset(
    hostPatterns(),
    { section: policies, value: 'host', defaultText: 'none' },
    'Hosts that http-request of traffic policies may reach besides internal endpoints: names, *.example.com, or * for all. Repeat it, or separate with commas, for several.',
  ),
  policy_private_addresses: setting(
    onOff(),
    'off',
    { section: policies, value: 'on|off' },
    'Let requests of traffic policies go to loopback, private and other addresses that are not public: on or off.',
  ),
  geo_databases: unset(
    paths(),
    { section: policies, value: 'file', defaultText: 'none' },
    'MMDB files that tell policies where an address is and whose. Repeat it, or separate with commas, for several.',
  ),
  log: setting(text(), 'stderr', { section: logging, value: 'target' }, 'Where logs go: stdout, stderr or a path.'),
  log_level: setting(
    z.enum(['debug', 'info', 'warn', 'error', 'crit']),
    'info',
    { section: logging, value: 'level' },
    'Least severe log line: debug, info, warn, error or crit.',
  ),
  log_format: setting(
    z.enum(['json', 'term']),
    'json',
    { section: logging, value: 'format' },
    'Form of a log line: json, or term for people.',
  ),
  events_file: unset(
    text(),
    { section: observation, value: 'path', defaultText: 'none' },
    'Where an event for each finished request and connection goes, as a line of JSON: a path, or stdout, for which - stands as well.',
  ),
  events_headers: setting(
    z.enum(['none', 'safe', 'all']),
    'safe',
    { section: observation, value: 'which' },
    'Which header values events have: none, all, or safe: all but those that are secrets, as authorization and cookie.',
  ),
  events_max_bytes: setting(
    count(65_536),
    104_857_600,
    { section: observation, value: 'bytes' },
    'Bytes of the file of events, from 65536; before it has more it is renamed, and another one begun.',
  ),
  events_max_files: setting(
    count(0, 1_000),
    5,
    { section: observation, value: 'count' },
    'How many such files are kept beside it, up to 1000; the youngest is called as it with .1 after it.',
  ),
  max_queued_events: setting(
    count(1, 1_000_000),
    10_000,
    { section: observation, value: 'count' },
    'Most events that wait to be written, up to 1000000; further ones are dropped and counted.',
  ),
  metrics_addr: setting(
    addressOrOff(),
    'off',
    { section: observation, value: 'host:port' },
    'Where /metrics for Prometheus, /healthz and /readyz are served to whoever asks, like 127.0.0.1:9464, or off.',
  ),
  otlp_endpoint: unset(
    httpUrl(),
    { section: observation, value: 'url', defaultText: 'none' },
    'Where a span of each request goes by OpenTelemetry (OTLP over HTTP), like http://127.0.0.1:4318. Needs the packages of OpenTelemetry.',
  ),
  trace_sample_ratio: setting(
    ratio(),
    1,
    { section: observation, value: 'ratio' },
    'Share of the traces that begin at this edge to be sampled, from 0 to 1; whoever began a trace before says it of that one.',
  ),
  max_queued_spans: setting(
    count(1, 1_000_000),
    2_048,
    { section: observation, value: 'count' },
    'Most spans that wait to be exported, up to 1000000; further ones are dropped and counted.',
  ),
  heartbeat_interval: setting(
    duration(),
    '10s',
    { section: sessions, value: 'duration' },
    'Time between heartbeats to an agent, from 1s to 24h.',
  ),
  heartbeat_tolerance: setting(
    duration(),
    '15s',
    { section: sessions, value: 'duration' },
    'Longest wait for the answer to a heartbeat, from 1s to 24h; after it the session is closed.',
  ),
  resume_window: setting(
    durationSchema({ maxMs: 86_400_000 }),
    '60s',
    { section: sessions, value: 'duration' },
    'How long the endpoints of a lost session wait for the agent to come back, up to 24h. 0: not at all.',
  ),
  reconnect_grace: setting(
    durationSchema({ maxMs: 60_000 }),
    '3s',
    { section: sessions, value: 'duration' },
    'How long after the loss of a session requests wait for its agent to come back, up to 60s and to resume_window. 0: not at all.',
  ),
  takeover_probe: setting(
    durationSchema({ minMs: 100, maxMs: 60_000 }),
    '500ms',
    { section: sessions, value: 'duration' },
    'How long an agent has to answer before another one of its authtoken may take over its address, from 100ms to 60s.',
  ),
  handshake_timeout: setting(
    duration(),
    '1m',
    { section: sessions, value: 'duration' },
    'Longest wait for the end of a TLS handshake, of agents and of visitors, from 1s to 24h.',
  ),
  hello_timeout: setting(
    duration(),
    '10s',
    { section: sessions, value: 'duration' },
    'Longest wait for an agent to authenticate once its TLS handshake is done, from 1s to 24h.',
  ),
  max_unauthenticated_sessions: setting(
    count(1),
    1_000,
    { section: sessions, value: 'count' },
    'Most agents at a time that have not authenticated yet; further ones are closed.',
  ),
  max_unauthenticated_per_address: setting(
    count(0),
    250,
    { section: sessions, value: 'count' },
    'Most of them from one address, an IPv6 address counted with its /64. 0: no limit.',
  ),
  drain_grace: setting(
    durationSchema({ maxMs: 86_400_000 }),
    '30s',
    { section: sessions, value: 'duration' },
    'How long an edge that is told to stop, or upgraded, lets running requests and connections finish, up to 24h. 0: not at all.',
  ),
  max_sessions_per_credential: setting(
    count(1),
    1_000,
    { section: sessions, value: 'count' },
    'Most sessions of one authtoken at a time.',
  ),
  max_streams_per_session: setting(
    count(1),
    4_096,
    { section: sessions, value: 'count' },
    'Most streams of one session at a time.',
  ),
  max_endpoints_per_session: setting(
    count(1),
    1_000,
    { section: sessions, value: 'count' },
    'Most endpoints of one session at a time.',
  ),
  max_pool_size: setting(
    count(1),
    1_000,
    { section: sessions, value: 'count' },
    'Most endpoints that share one address by pooling.',
  ),
  drain_quiet: setting(
    durationSchema({ maxMs: 3_600_000 }),
    '1s',
    { section: sessions, value: 'duration' },
    'How long a visitor connection without a request stays once the edge is told to stop, up to 1h.',
  ),
  max_metadata_length: setting(
    count(0, 65_536),
    4_096,
    { section: sessions, value: 'characters' },
    'Most characters of the metadata of a session or an endpoint, up to 65536.',
  ),
  max_idle_streams_per_endpoint: setting(
    count(0),
    256,
    { section: sessions, value: 'count' },
    'Most streams of one endpoint that are kept for the next request; further ones are closed.',
  ),
  upstream_keep_alive: setting(
    durationSchema({ minMs: 100, maxMs: 3_600_000 }),
    '4s',
    { section: sessions, value: 'duration' },
    'How long such a stream is kept, from 100ms to 1h; less where the upstream announces less.',
  ),
  max_idle_before_unrepeatable: setting(
    durationSchema({ maxMs: 3_600_000 }),
    '1s',
    { section: sessions, value: 'duration' },
    'A request that may not be sent twice takes no stream that was idle for longer than this, up to 1h.',
  ),
  max_visitor_connections: setting(
    count(1),
    20_000,
    { section: limits, value: 'count' },
    'Most visitor connections at a time; further ones are closed.',
  ),
  max_connections_per_address: setting(
    count(0),
    1_000,
    { section: limits, value: 'count' },
    'Most visitor connections at a time from one address, an IPv6 address counted with its /64; further ones are closed. 0: no limit.',
  ),
  max_connections_per_endpoint: setting(
    count(0),
    10_000,
    { section: limits, value: 'count' },
    'Most requests and connections at a time of one endpoint; further requests are answered with 429, connections closed. 0: no limit.',
  ),
  max_waiting_requests: setting(
    count(0),
    1_000,
    { section: limits, value: 'count' },
    'Most requests at a time that wait for an agent to come back (reconnect_grace); further ones are answered at once.',
  ),
  max_head_bytes: setting(
    count(1_024, 16_777_216),
    1_048_576,
    { section: limits, value: 'bytes' },
    'Most bytes of a request or response head, from 1024 to 16777216.',
  ),
  max_headers: setting(
    count(1, 100_000),
    1_000,
    { section: limits, value: 'count' },
    'Most header fields of a head, up to 100000.',
  ),
  head_timeout: setting(
    duration(),
    '1m',
    { section: limits, value: 'duration' },
    'Longest wait for a whole request head once it has begun, from 1s to 24h.',
  ),
  client_idle_timeout: setting(
    duration(),
    '5m',
    { section: limits, value: 'duration' },
    'Longest silence of a visitor before the connection is closed, from 1s to 24h.',
  ),
  upstream_idle_timeout: setting(
    duration(),
    '5m',
    { section: limits, value: 'duration' },
    'Longest silence of an upstream before the connection is closed, from 1s to 24h.',
  ),
  max_internal_hops: setting(
    count(1, 100),
    5,
    { section: limits, value: 'count' },
    'Most endpoints that a request passes one after the other by forward-internal, from 1 to 100.',
  ),
  max_linger_bytes: setting(
    count(0, 1_073_741_824),
    1_048_576,
    { section: limits, value: 'bytes' },
    'Most bytes of a request that are read and dropped after an early answer, so that the visitor can read it, up to 1073741824.',
  ),
  linger_timeout: setting(
    durationSchema({ maxMs: 3_600_000 }),
    '2s',
    { section: limits, value: 'duration' },
    'How long that may take, up to 1h.',
  ),
  proxy_header_timeout: setting(
    duration(),
    '5s',
    { section: limits, value: 'duration' },
    'Longest wait for the PROXY protocol header of a load balancer (proxy_protocol_from), from 1s to 24h.',
  ),
  client_hello_timeout: setting(
    duration(),
    '3s',
    { section: limits, value: 'duration' },
    'Longest wait for a whole TLS ClientHello while a tls endpoint is online, from 1s to 24h, and no longer than handshake_timeout.',
  ),
  max_client_hello_bytes: setting(
    count(1_024, 65_536),
    16_384,
    { section: limits, value: 'bytes' },
    'Most bytes of a TLS ClientHello while a tls endpoint is online, from 1024 to 65536.',
  ),
  max_http2_streams: setting(
    count(1, 100_000),
    250,
    { section: limits, value: 'count' },
    'Most requests at a time on one HTTP/2 connection, up to 100000.',
  ),
  max_http2_resets: setting(
    count(1, 900),
    500,
    { section: limits, value: 'count' },
    'Most streams that an HTTP/2 connection may reset at once, up to 900; a thirtieth of it comes back each second.',
  ),
  max_http2_control_frames: setting(
    count(1, 1_000_000),
    1_000,
    { section: limits, value: 'count' },
    'Most PING and SETTINGS frames of an HTTP/2 connection at once, up to 1000000; a tenth of it comes back each second.',
  ),
  max_http2_invalid_frames: setting(
    count(1, 1_000_000),
    1_000,
    { section: limits, value: 'count' },
    'Most empty or invalid frames over the life of an HTTP/2 connection, up to 1000000.',
  ),
  http2_ping_interval: setting(
    duration(),
    '30s',
    { section: limits, value: 'duration' },
    'Time between the questions to an HTTP/2 connection without a request whether anybody is there, from 1s to 24h.',
  ),
  max_memory_bytes: setting(
    count(0),
    0,
    { section: overload, value: 'bytes' },
    "Resident memory that the edge may have. 0: all of the machine's, or of its control group.",
  ),
  max_descriptors: setting(
    count(0),
    0,
    { section: overload, value: 'count' },
    'Files and sockets that the edge may have open. 0: as many as the process may (ulimit -n).',
  ),
  max_event_loop_delay: setting(
    durationSchema({ maxMs: 60_000 }),
    '1s',
    { section: overload, value: 'duration' },
    'How late the event loop may be all the time, up to 60s. 0: however late it is.',
  ),
  keep_alive_mark_percent: setting(
    count(1, 1_000),
    80,
    { section: overload, value: 'percent' },
    'At this much of memory, heap or descriptors no connection is kept for further requests, from 1 to 1000.',
  ),
  connection_mark_percent: setting(
    count(1, 1_000),
    90,
    { section: overload, value: 'percent' },
    'At this much of any of them, or of the delay, no new connections and sessions are taken, from 1 to 1000.',
  ),
  request_mark_percent: setting(
    count(1, 1_000),
    95,
    { section: overload, value: 'percent' },
    'At this much of memory, heap or delay no new requests are taken, from 1 to 1000.',
  ),
  max_refused_connections: setting(
    count(0),
    64,
    { section: overload, value: 'count' },
    'Most connections at a time that are told that they are not taken; further ones are closed.',
  ),
  refusal_timeout: setting(
    durationSchema({ minMs: 100, maxMs: 60_000 }),
    '3s',
    { section: overload, value: 'duration' },
    'How long such a connection has to ask for something, so that it can be told, from 100ms to 60s.',
  ),
  overload_sample: setting(
    durationSchema({ minMs: 50, maxMs: 60_000 }),
    '250ms',
    { section: overload, value: 'duration' },
    'How often all of this is measured, from 50ms to 60s.',
  ),
  web_socket_ping_interval: setting(
    duration(),
    '30s',
    { section: limits, value: 'duration' },
    'Time between the pings to a WebSocket that becomes TCP at the edge, from 1s to 24h.',
  ),
}

/** The key of a setting in the file. */
export type SettingKey = keyof typeof shape

export const settingsSchema = z.strictObject(shape)

/** What settings mean, before the defaults that depend on others are filled in. */
export type SettingValues = z.output<typeof settingsSchema>

export const settingKeys = Object.keys(shape) as SettingKey[]

/** The type of a setting's value, without its default. */
export const typeOf = (key: SettingKey): z.core.$ZodType => shape[key].def.innerType

/** The settings as a file may give them: any of them, or none, and a key with nothing after it is not given. */
export const fileSchema = z.strictObject(
  Object.fromEntries(settingKeys.map((key) => [key, z.optional(z.nullable(typeOf(key)))])),
)

export const helpOf = (key: SettingKey): SettingHelp => help.get(shape[key])!

/** The default as one would write it; `undefined` where it is not fixed. */
export const defaultOf = (key: SettingKey): string | undefined => {
  const schema = shape[key]
  return schema instanceof z.ZodPrefault ? String(schema.def.defaultValue) : undefined
}

/** JSON Schema (draft 7, which editors know) of the edge's settings file. */
export const edgeSettingsJsonSchema = (): Record<string, unknown> => ({
  title: 'tunnel-edge.yml',
  ...z.toJSONSchema(settingsSchema, { io: 'input', target: 'draft-7' }),
})
