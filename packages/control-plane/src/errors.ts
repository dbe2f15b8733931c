export type ControlPlaneErrorCode =
  | 'ERR_CONTROL_PLANE_DATA_UNUSABLE'
  | 'ERR_CONTROL_PLANE_DATA_IN_USE'
  | 'ERR_CONTROL_PLANE_DATA_INVALID'
  | 'ERR_CONTROL_PLANE_NOT_STARTED'
  | 'ERR_CONTROL_PLANE_AUTHORITY_EXPIRED'
  | 'ERR_CONTROL_PLANE_CERTIFICATE_INVALID'
  | 'ERR_CONTROL_PLANE_CREDENTIAL_NOT_FOUND'
  | 'ERR_CONTROL_PLANE_LIMIT'

/** Something about the data directory or what it keeps. Branch on `code`; messages name the file and never hold a secret. */
export class ControlPlaneError extends Error {
  override readonly name = 'ControlPlaneError'
  readonly code: ControlPlaneErrorCode

  constructor(code: ControlPlaneErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The system's own code of a failed call (`ENOENT`, `EACCES`…), `undefined` for anything else. */
export function systemCodeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
}

/** What the file system threw, as ours. */
export function unusable(path: string, verb: 'created' | 'read' | 'written', cause: unknown): ControlPlaneError {
  if (cause instanceof ControlPlaneError) return cause
  const message = `${path}: cannot be ${verb} (${systemCodeOf(cause) ?? String(cause)})`
  return new ControlPlaneError('ERR_CONTROL_PLANE_DATA_UNUSABLE', message, { cause })
}
