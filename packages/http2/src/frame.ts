/** u24 length, u8 type, u8 flags, u32 stream id whose first bit is reserved (RFC 9113 §4.1). */
export const FRAME_HEADER_BYTES = 9

/** RFC 9113 §6. */
export const FrameType = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const

/** ACK is of SETTINGS and PING, where END_STREAM has no meaning. */
export const Flag = { ACK: 0x1, END_STREAM: 0x1, END_HEADERS: 0x4, PADDED: 0x8, PRIORITY: 0x20 } as const

/** RFC 9113 §6.5.2 and RFC 8441 §3. */
export const Setting = {
  HEADER_TABLE_SIZE: 1,
  ENABLE_PUSH: 2,
  MAX_CONCURRENT_STREAMS: 3,
  INITIAL_WINDOW_SIZE: 4,
  MAX_FRAME_SIZE: 5,
  MAX_HEADER_LIST_SIZE: 6,
  ENABLE_CONNECT_PROTOCOL: 8,
} as const

/** What a client says first, before its SETTINGS (RFC 9113 §3.4). */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

/** Of every window before anything else was said (RFC 9113 §6.9.2). */
export const DEFAULT_WINDOW_BYTES = 65_535
export const MAX_WINDOW_BYTES = 2 ** 31 - 1
export const MAX_STREAM_ID = 2 ** 31 - 1
/** The least that a peer must take, and what it takes unless it says otherwise (RFC 9113 §4.2). */
export const DEFAULT_FRAME_BYTES = 16_384
export const MAX_FRAME_BYTES = 2 ** 24 - 1
