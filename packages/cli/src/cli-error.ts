export type CliErrorCode =
  | 'ERR_CLI_USAGE'
  | 'ERR_CLI_NOT_SUPPORTED'
  | 'ERR_CLI_NO_EDGE'
  | 'ERR_CLI_NO_CONFIG'
  | 'ERR_CLI_FILE'
  | 'ERR_CLI_FORCED'

/** Something the command itself refuses, with what to do about it. Branch on `code`. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly code: CliErrorCode

  constructor(code: CliErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
