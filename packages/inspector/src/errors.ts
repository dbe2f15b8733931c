export type InspectorErrorCode =
  /** Where it is to listen is taken. */
  | 'ERR_INSPECTOR_ADDRESS_IN_USE'
  /** It cannot listen there. */
  | 'ERR_INSPECTOR_ADDRESS'
  /** What is to be put online is no definition of an endpoint, or has the name of another. */
  | 'ERR_INSPECTOR_DEFINITION'
  /** The edge refused an endpoint, or the session ended. */
  | 'ERR_INSPECTOR_START'
  /** There is no session yet: try again. */
  | 'ERR_INSPECTOR_NOT_READY'
  /** This capture cannot be replayed, or not so. */
  | 'ERR_INSPECTOR_REPLAY'
  /** No message can be put into this connection now. */
  | 'ERR_INSPECTOR_SEND'
  /** Pinned captures would take more than half of the memory. */
  | 'ERR_INSPECTOR_PIN'
  /** The document is no HAR. */
  | 'ERR_INSPECTOR_HAR'
  /** The directory of the spool cannot be used. */
  | 'ERR_INSPECTOR_SPOOL'
  /** A rule of redaction is none. */
  | 'ERR_INSPECTOR_REDACTION'

export const inspectorErrorCodes: readonly InspectorErrorCode[] = [
  'ERR_INSPECTOR_ADDRESS_IN_USE',
  'ERR_INSPECTOR_ADDRESS',
  'ERR_INSPECTOR_DEFINITION',
  'ERR_INSPECTOR_START',
  'ERR_INSPECTOR_NOT_READY',
  'ERR_INSPECTOR_REPLAY',
  'ERR_INSPECTOR_SEND',
  'ERR_INSPECTOR_PIN',
  'ERR_INSPECTOR_HAR',
  'ERR_INSPECTOR_SPOOL',
  'ERR_INSPECTOR_REDACTION',
]

/** Whatever fails in this package. Branch on `code`. */
export class InspectorError extends Error {
  override readonly name = 'InspectorError'
  readonly code: InspectorErrorCode

  constructor(code: InspectorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
