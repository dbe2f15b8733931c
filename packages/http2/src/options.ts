/** Every growth that a peer can cause has its limit here. Bytes, unless the name says otherwise. */
export interface ServerOptions {
  /** SETTINGS_MAX_CONCURRENT_STREAMS. What is opened beyond is refused (REFUSED_STREAM). @default 250 */
  maxConcurrentStreams: number
  /** Of one head, names and values with 32 for each field, as RFC 9113 §6.5.2 counts: SETTINGS_MAX_HEADER_LIST_SIZE. @default 65_536 */
  maxHeaderListBytes: number
  /** Fields of one head, pseudo fields not counted. @default 100 */
  maxHeaders: number
  /** Of one head as it comes, over all of its CONTINUATION frames; beyond: ENHANCE_YOUR_CALM. @default 65_536 */
  maxHeaderBlockBytes: number
  /** CONTINUATION frames of one head; beyond: ENHANCE_YOUR_CALM. @default 16 */
  maxContinuations: number
  /** SETTINGS_HEADER_TABLE_SIZE: what the peer may have remembered here, once it has heard of it. @default 4_096 (RFC 9113 §6.5.2) */
  headerTableBytes: number
  /** SETTINGS_MAX_FRAME_SIZE, from 16,384 to 16,777,215. @default 16_384 */
  maxFrameBytes: number
  /** What a stream's peer may send ahead of whoever reads: SETTINGS_INITIAL_WINDOW_SIZE. @default 262_144 */
  streamWindowBytes: number
  /** The same of all streams together; 65,535 at least (RFC 9113 §6.9.2). @default 1_048_576 */
  connectionWindowBytes: number
  /** DATA that `write` accepts for one stream before it says `false`. @default 65_536 */
  streamBufferBytes: number
  /**
   * Streams that the peer may reset before their answer has left, or have us reset or refuse, at once; a thirtieth of it comes back each second. Beyond:
   * ENHANCE_YOUR_CALM, as for the next three. What whoever answers resets with PROTOCOL_ERROR counts too. @default 500
   */
  maxResets: number
  /**
   * PING, SETTINGS, PRIORITY, WINDOW_UPDATE and unknown frames at once; a tenth comes back each second, and four with each request and each DATA frame that is
   * not empty, in either direction. DATA that a small window has cut below 1,024 bytes does not count. @default 1_000
   */
  maxControlFrames: number
  /**
   * Empty DATA frames without END_STREAM, trailers without it for a stream that was reset, and DATA and HEADERS frames for streams that were reset so long ago
   * that they are forgotten, over the life of a connection. @default 1_000
   */
  maxInvalidFrames: number
  /** Answers to PING and SETTINGS, RST_STREAM and WINDOW_UPDATE frames that wait while the peer reads nothing. @default 1_000 */
  maxUnsentControlFrames: number
  /** SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441). @default true */
  enableConnectProtocol: boolean
}
