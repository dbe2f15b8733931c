/** RFC 9113 §7. */
export const errorCodes = {
  NO_ERROR: 0,
  PROTOCOL_ERROR: 1,
  INTERNAL_ERROR: 2,
  FLOW_CONTROL_ERROR: 3,
  SETTINGS_TIMEOUT: 4,
  STREAM_CLOSED: 5,
  FRAME_SIZE_ERROR: 6,
  REFUSED_STREAM: 7,
  CANCEL: 8,
  COMPRESSION_ERROR: 9,
  CONNECT_ERROR: 10,
  ENHANCE_YOUR_CALM: 11,
  INADEQUATE_SECURITY: 12,
  HTTP_1_1_REQUIRED: 13,
} as const

export type ErrorCodeName = keyof typeof errorCodes

/** Why a connection was ended. `code` is what GOAWAY says (RFC 9113 §7). */
export class Http2Error extends Error {
  readonly codeName: ErrorCodeName
  readonly code: number

  constructor(codeName: ErrorCodeName, message: string) {
    super(message)
    this.name = 'Http2Error'
    this.codeName = codeName
    this.code = errorCodes[codeName]
  }
}
