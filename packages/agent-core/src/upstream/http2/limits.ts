/** What one endpoint with an HTTP/2 upstream can make grow in the agent. */
export interface Http2UpstreamLimits {
  /** Connections to the upstream at once. Beyond: requests wait for a free stream of one. @default 16 */
  maxSessions: number
  /** Requests on a connection before the upstream has said how many it takes. @default 100 (RFC 9113 §6.5.2) */
  maxStreamsBeforeSettings: number
  /** A connection without a request is closed after this long. @default 60_000 */
  sessionIdleTimeoutMs: number
  /** Bytes of one response that wait here for a slow visitor. Beyond: HTTP/2's flow control holds the upstream back. @default 256 KiB */
  streamWindowBytes: number
  /** Bytes of a head, either way. Beyond: that request fails, the connection goes on. @default 1 MiB (reference §2.2) */
  maxHeadBytes: number
  /** Fields of a head, either way. @default 1_000 */
  maxHeaders: number
}

export const defaultHttp2UpstreamLimits: Readonly<Http2UpstreamLimits> = {
  maxSessions: 16,
  maxStreamsBeforeSettings: 100,
  sessionIdleTimeoutMs: 60_000,
  streamWindowBytes: 256 * 1024,
  maxHeadBytes: 1024 * 1024,
  maxHeaders: 1000,
}
