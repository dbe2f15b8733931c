/** What kind of fault it is; programs branch on this, people read the message. */
export type SettingFaultCode =
  | 'ERR_SETTING_UNKNOWN'
  | 'ERR_SETTING_USAGE'
  | 'ERR_SETTING_VALUE'
  | 'ERR_SETTING_MISSING'
  | 'ERR_SETTING_FILE'

/** Where a setting was given. */
export type SettingOrigin =
  | { readonly kind: 'flag'; readonly name: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'file'; readonly file: string; readonly line: number; readonly column: number }
  | { readonly kind: 'default'; readonly name: string }

/** One thing wrong with the settings, and where. */
export interface SettingFault {
  readonly code: SettingFaultCode
  readonly origin: SettingOrigin
  /** Names value and bound. */
  readonly message: string
  /** The flag, variable or key that was probably meant. */
  readonly suggestion?: string
}

const placeOf = (origin: SettingOrigin): string =>
  origin.kind === 'file' ? `${origin.file}:${origin.line}:${origin.column}` : origin.name

/** One line per fault: the flag, the variable or `file:line:column`, and what is wrong with it. */
export const formatSettingFaults = (faults: readonly SettingFault[]): string =>
  faults.map(({ origin, message }) => `${placeOf(origin)}: ${message}`).join('\n')
