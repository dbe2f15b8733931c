import { type ConfigFault, formatFaults } from './fault.ts'

export type ConfigFileErrorCode =
  | 'ERR_CONFIG_NOT_FOUND'
  | 'ERR_CONFIG_UNREADABLE'
  | 'ERR_CONFIG_UNWRITABLE'
  | 'ERR_CONFIG_TOO_LARGE'
  | 'ERR_CONFIG_INVALID'

/** A settings file could not be read, understood or written. Branch on `code`. */
export class ConfigFileError extends Error {
  override readonly name = 'ConfigFileError'
  readonly code: ConfigFileErrorCode
  /** With `ERR_CONFIG_INVALID`: everything that is wrong in the file. Otherwise empty. */
  readonly faults: readonly ConfigFault[]

  constructor(
    code: ConfigFileErrorCode,
    message: string,
    options?: ErrorOptions & { faults?: readonly ConfigFault[] },
  ) {
    super(message, options)
    this.code = code
    this.faults = options?.faults ?? []
  }
}

/** The error of a file with faults; its message is all of them, one a line. */
export const invalidConfigError = (faults: readonly ConfigFault[]): ConfigFileError =>
  new ConfigFileError('ERR_CONFIG_INVALID', formatFaults(faults), { faults })

/** Turns what the file system threw into ours, and keeps it as `cause`. */
export const fileErrorFrom = (
  cause: unknown,
  path: string,
  code: 'ERR_CONFIG_UNREADABLE' | 'ERR_CONFIG_UNWRITABLE',
): ConfigFileError => {
  if (cause instanceof ConfigFileError) return cause
  const system = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  if (code === 'ERR_CONFIG_UNREADABLE' && (system === 'ENOENT' || system === 'ENOTDIR')) {
    return new ConfigFileError('ERR_CONFIG_NOT_FOUND', `${path}: there is no such file`, { cause })
  }
  const verb = code === 'ERR_CONFIG_UNREADABLE' ? 'read' : 'written'
  return new ConfigFileError(code, `${path}: cannot be ${verb} (${system})`, { cause })
}
