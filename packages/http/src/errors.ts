/** What each code answers a visitor with. In a response from upstream every code means 502. */
const STATUS = {
  ERR_HTTP_METHOD: 400,
  ERR_HTTP_METHOD_TOO_LONG: 501,
  ERR_HTTP_CONNECT: 405,
  ERR_HTTP_TARGET: 400,
  ERR_HTTP_TARGET_TOO_LONG: 414,
  ERR_HTTP_REQUEST_LINE: 400,
  ERR_HTTP_VERSION: 505,
  ERR_HTTP_STATUS_LINE: 502,
  ERR_HTTP_LINE_END: 400,
  ERR_HTTP_HEADER_NAME: 400,
  ERR_HTTP_HEADER_VALUE: 400,
  ERR_HTTP_FOLD: 400,
  ERR_HTTP_HEAD_TOO_LARGE: 431,
  ERR_HTTP_TOO_MANY_HEADERS: 431,
  ERR_HTTP_HOST: 400,
  ERR_HTTP_CONTENT_LENGTH: 400,
  ERR_HTTP_TRANSFER_ENCODING: 400,
  ERR_HTTP_FRAMING: 400,
  ERR_HTTP_CONNECTION_FIELD: 400,
  ERR_HTTP_CHUNK_SIZE: 400,
  ERR_HTTP_CHUNK_EXTENSION: 400,
  ERR_HTTP_CHUNK_EXTENSION_TOO_LARGE: 400,
  ERR_HTTP_CHUNK_END: 400,
  ERR_HTTP_TRAILERS_TOO_LARGE: 431,
  ERR_HTTP_EARLY_END: 400,
  ERR_HTTP_AFTER_CLOSE: 400,
  ERR_HTTP_PIPELINE_TOO_LARGE: 400,
  ERR_HTTP_NO_RESPONSE: 502,
  ERR_HTTP_UNSOLICITED: 502,
  ERR_HTTP_UPGRADE: 502,
  ERR_HTTP_TOO_MANY_INFORMATIONAL: 502,
  ERR_HTTP_LIMIT: 500,
} as const

export type HttpErrorCode = keyof typeof STATUS

/** Every code there is; the README's table lists the same. */
export const httpErrorCodes = Object.keys(STATUS) as readonly HttpErrorCode[]

/** A message that is refused. After one, the connection it came on has no trustworthy next byte: close it. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly code: HttpErrorCode
  /** The status to answer the visitor with: the code's own for a request, 502 for anything wrong in a response. */
  readonly status: number

  constructor(code: HttpErrorCode, message: string, options?: ErrorOptions & { status?: number }) {
    super(message, options)
    this.code = code
    this.status = options?.status ?? STATUS[code]
  }
}

/** The same fault, found in what an upstream sent: no fault of the visitor's, so 502. */
export function upstreamError(error: HttpError): HttpError {
  return new HttpError(error.code, error.message, { status: 502, cause: error })
}

/** A byte as messages show it: never the bytes around it, which can be secrets. */
export function showByte(byte: number | undefined): string {
  return `0x${(byte ?? 0).toString(16).padStart(2, '0')}`
}
