/** Everything a stranger or an agent can make grow, with its bound. */
export interface EdgeLimits {
  /** Bytes of a request or response head. Beyond: 431 to the visitor, 502 (3004) for an upstream. @default 1 MiB (reference §2.2) */
  maxHeadBytes: number
  /** Header fields in a head. Beyond: 431, or 502 (3004). @default 1_000 */
  maxHeaders: number
  /** From accepting a visitor connection to its first whole request head, and from the first byte of a later head to its end. @default 60_000 */
  headTimeoutMs: number
  /** A visitor connection without a byte in either direction and without a request waiting is closed. @default 300_000 (reference §2.2) */
  clientIdleTimeoutMs: number
  /** An exchange without a byte in either direction is ended: 504 (3005) when no response was begun. @default 300_000 (reference §2.2) */
  upstreamIdleTimeoutMs: number
  /** From accepting a connection on the TLS port to the end of its handshake. @default 60_000 (reference §2.2) */
  handshakeTimeoutMs: number
  /** From accepting a connection on the TLS port to its whole ClientHello, while a `tls` endpoint is online; `handshakeTimeoutMs` where that is less. Beyond: the connection closes. @default 3_000 (reference §2.2) */
  clientHelloTimeoutMs: number
  /** Bytes of a TLS ClientHello, looked at while a `tls` endpoint is online. Beyond: a TLS alert, and the connection closes. @default 16 KiB */
  maxClientHelloBytes: number
  /** From accepting a connection of a trusted load balancer to the end of its PROXY protocol header. @default 5_000 */
  proxyHeaderTimeoutMs: number
  /** From a finished TLS handshake to a whole `hello`. @default 10_000 */
  helloTimeoutMs: number
  /** Visitor connections open at once, all listeners together. Beyond: closed at accept. @default 20_000 */
  maxVisitorConnections: number
  /**
   * Visitor connections open at once from one address; an IPv6 address counts with its /64. Where a trusted load balancer states the visitor
   * by PROXY protocol it is the visitor's. Beyond: closed at accept. 0: no limit.
   * @default 1_000
   */
  maxConnectionsPerAddress: number
  /**
   * Requests and connections that one endpoint has at once; of a pool each member. Beyond: 429 (714), and tcp and tls connections are
   * closed. 0: no limit.
   * @default 10_000
   */
  maxConnectionsPerEndpoint: number
  /** Agent sessions open at once with one credential. Beyond: 108. @default 1_000 */
  maxSessionsPerCredential: number
  /** Connections that have not said `hello` yet. Beyond: closed at accept. @default 1_000 */
  maxUnauthenticatedSessions: number
  /** The same from one address, counted as for `maxConnectionsPerAddress`. 0: no limit. @default 250 */
  maxUnauthenticatedPerAddress: number
  /** Endpoints of one session. Beyond: 324. @default 1_000 */
  maxEndpointsPerSession: number
  /** Endpoints that share one address. Beyond: 18020. @default 1_000 */
  maxPoolSize: number
  /** Streams of one session, idle ones included. Beyond: 503 (743). @default 4_096 */
  maxStreamsPerSession: number
  /** Kept-alive streams of one endpoint without a request on them. @default 256 */
  maxIdleStreamsPerEndpoint: number
  /** A kept-alive stream is closed after this long, or earlier when the upstream announced a shorter `Keep-Alive: timeout`. Below Node's own 5 s. @default 4_000 */
  upstreamKeepAliveMs: number
  /** A request that may not be sent twice does not go to a stream that was idle for longer: the upstream may be closing it. @default 1_000 */
  maxIdleBeforeUnrepeatableMs: number
  /** Concurrent HTTP/2 streams of one visitor connection. @default 250 (reference §2.9) */
  maxHttp2Streams: number
  /**
   * Streams that an HTTP/2 visitor connection may reset at once; a thirtieth of it comes back each second. Beyond: GOAWAY with
   * ENHANCE_YOUR_CALM, as for the next two.
   * @default 500
   */
  maxHttp2Resets: number
  /** PING, SETTINGS, PRIORITY and needless WINDOW_UPDATE frames of one at once; a tenth comes back each second, and four with each piece of a body. @default 1_000 */
  maxHttp2ControlFrames: number
  /** Empty DATA frames and invalid frames over the life of one. @default 1_000 */
  maxHttp2InvalidFrames: number
  /** So often an HTTP/2 visitor connection without a request is asked whether anybody is there. Closed when the answer has not come by the next time but one. @default 30_000 */
  http2PingIntervalMs: number
  /**
   * So often a visitor is asked whether it is there, where WebSockets become TCP (`websocket_tcp_converter`). One of whom nothing comes for
   * `clientIdleTimeoutMs` is closed.
   * @default 30_000 (reference traffic-policy.md §4.27)
   */
  webSocketPingIntervalMs: number
  /** Bytes of a request body that are read and dropped after an early response, so that the visitor can read it. @default 1 MiB */
  maxLingerBytes: number
  /** How long that may take. @default 2_000 */
  lingerTimeoutMs: number
  /**
   * Requests for an endpoint whose session was lost no longer ago than this wait for its agent to come back. Beyond: 404 (3200).
   * No longer than `resumeWindowMs`. 0: they do not wait.
   * @default 3_000
   */
  reconnectGraceMs: number
  /** Requests that wait so, for all endpoints together. Beyond: 404 (3200) at once. @default 1_000 */
  maxWaitingRequests: number
  /**
   * How long an agent has to answer when another one of its credential asks for an address of its, before it gives way.
   * One that answers keeps it (334).
   * @default 500
   */
  takeoverProbeMs: number
  /** How often it is looked at how overloaded the edge is. @default 250 */
  overloadSampleMs: number
  /** Resident memory that the edge may have, which the marks are percentages of. 0: all of the machine's or its control group's. @default 0 */
  maxMemoryBytes: number
  /** The same for open descriptors. 0: as many as the process may have (`ulimit -n`). @default 0 */
  maxDescriptors: number
  /** The same for how late the event loop is, in the middle of each of two samples. 0: it may be as late as it likes. @default 1_000 */
  maxEventLoopDelayMs: number
  /**
   * Percentage of any of these, or of V8's heap limit, at which an edge keeps no connections for further requests. As for the other two, what
   * begins at the mark ends below nine tenths of it.
   * @default 80
   */
  keepAliveMarkPercent: number
  /** Percentage at which it takes no new visitor connections: 503 (743) or closed; and no new agent sessions: 128. @default 90 */
  connectionMarkPercent: number
  /** Percentage at which it takes no new requests: 503 (743). @default 95 */
  requestMarkPercent: number
  /** Connections at a time that are told that they are not taken. Beyond: closed at accept. @default 64 */
  maxRefusedConnections: number
  /** How long such a connection has to ask for something, so that it can be told. @default 3_000 */
  refusalTimeoutMs: number
  /** How long {@link Edge.drain} waits for visitors to finish. Beyond: their connections are cut. @default 30_000 */
  drainGraceMs: number
  /**
   * A visitor connection without a request closes when it has been quiet for this long after a drain began. A request
   * that comes earlier is answered, with `Connection: close`: closing at once would cross it on its way.
   * @default 1_000
   */
  drainQuietMs: number
  /** Endpoints that a request or connection passes one after the other by `forward-internal`. Beyond: 508 (3501). @default 5 (reference traffic-policy.md §1.7) */
  maxInternalHops: number
  /** Metadata of a session or an endpoint, in characters. Beyond: 100. @default 4_096 */
  maxMetadataLength: number
}

export const defaultEdgeLimits: Readonly<EdgeLimits> = {
  maxHeadBytes: 1024 * 1024,
  maxHeaders: 1000,
  headTimeoutMs: 60_000,
  clientIdleTimeoutMs: 300_000,
  upstreamIdleTimeoutMs: 300_000,
  handshakeTimeoutMs: 60_000,
  clientHelloTimeoutMs: 3000,
  maxClientHelloBytes: 16 * 1024,
  proxyHeaderTimeoutMs: 5000,
  helloTimeoutMs: 10_000,
  maxVisitorConnections: 20_000,
  maxConnectionsPerAddress: 1000,
  maxConnectionsPerEndpoint: 10_000,
  maxSessionsPerCredential: 1000,
  maxUnauthenticatedSessions: 1000,
  maxUnauthenticatedPerAddress: 250,
  maxEndpointsPerSession: 1000,
  maxPoolSize: 1000,
  maxStreamsPerSession: 4096,
  maxIdleStreamsPerEndpoint: 256,
  upstreamKeepAliveMs: 4000,
  maxIdleBeforeUnrepeatableMs: 1000,
  maxHttp2Streams: 250,
  maxHttp2Resets: 500,
  maxHttp2ControlFrames: 1000,
  maxHttp2InvalidFrames: 1000,
  http2PingIntervalMs: 30_000,
  webSocketPingIntervalMs: 30_000,
  maxLingerBytes: 1024 * 1024,
  lingerTimeoutMs: 2000,
  reconnectGraceMs: 3000,
  maxWaitingRequests: 1000,
  takeoverProbeMs: 500,
  overloadSampleMs: 250,
  maxMemoryBytes: 0,
  maxDescriptors: 0,
  maxEventLoopDelayMs: 1000,
  keepAliveMarkPercent: 80,
  connectionMarkPercent: 90,
  requestMarkPercent: 95,
  maxRefusedConnections: 64,
  refusalTimeoutMs: 3000,
  drainGraceMs: 30_000,
  drainQuietMs: 1000,
  maxInternalHops: 5,
  maxMetadataLength: 4096,
}
