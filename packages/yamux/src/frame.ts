/**
 * The frame header, SPEC.md §2: version u8, type u8, flags u16, stream id u32, length u32, all big-endian.
 * Only `Data` frames have a payload; for the other types `length` is a value of its own.
 */
export const HEADER_BYTES = 12

export const VERSION = 0

export const FrameType = {
  /** `length` payload bytes follow. */
  Data: 0,
  /** `length` is the credit added to the receiver's window. */
  WindowUpdate: 1,
  /** `length` is an opaque value, sent back in the answer. */
  Ping: 2,
  /** `length` is a {@link GoAwayCode}. */
  GoAway: 3,
} as const

export const Flag = {
  /** Opens a stream; on a ping: a question. */
  SYN: 1,
  /** Accepts a stream; on a ping: an answer. */
  ACK: 2,
  /** The sender will send no more data. */
  FIN: 4,
  /** The stream is over, both ways, at once. */
  RST: 8,
} as const

/** Every bit that has a meaning. */
export const ALL_FLAGS = 15

export const GoAwayCode = { Normal: 0, ProtocolError: 1, InternalError: 2 } as const

/** The credit that each side of a new stream has without asking. */
export const INITIAL_WINDOW_BYTES = 256 * 1024

export const MAX_U32 = 0xffff_ffff
