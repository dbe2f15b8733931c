export type CliErrorCode =
  | 'ERR_CLI_USAGE'
  | 'ERR_CLI_NOT_SUPPORTED'
  | 'ERR_CLI_NO_EDGE'
  | 'ERR_CLI_NO_CONFIG'
  | 'ERR_CLI_FILE'
  | 'ERR_CLI_FETCH'
  | 'ERR_CLI_POLICY'
  | 'ERR_CLI_NOT_SAVED'
  | 'ERR_CLI_RIGHTS'
  | 'ERR_CLI_SERVICE'
  | 'ERR_CLI_DIAGNOSED'
  | 'ERR_CLI_UPDATE'
  | 'ERR_CLI_WEB_ADDR'
  | 'ERR_CLI_INSPECTOR'
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
