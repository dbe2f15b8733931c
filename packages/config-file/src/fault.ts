/** What kind of fault it is; programs branch on this, people read the message. */
export type ConfigFaultCode =
  | 'ERR_CONFIG_SYNTAX'
  | 'ERR_CONFIG_TAB'
  | 'ERR_CONFIG_DUPLICATE_KEY'
  | 'ERR_CONFIG_ALIAS'
  | 'ERR_CONFIG_TOO_LARGE'
  | 'ERR_CONFIG_UNKNOWN_KEY'
  | 'ERR_CONFIG_MISSING_KEY'
  | 'ERR_CONFIG_VALUE'

/** Keys and list positions from the root of the file to a value. */
export type ConfigPath = readonly (string | number)[]

/** One thing wrong in a settings file, and where. */
export interface ConfigFault {
  readonly code: ConfigFaultCode
  /** The file as the caller named it. */
  readonly file: string
  /** Line and column count from 1. */
  readonly line: number
  readonly column: number
  /** Empty where the fault is in the YAML itself. */
  readonly path: ConfigPath
  /** A whole sentence that names path, value and bound; never the value of a text, which may be a secret. */
  readonly message: string
  /** The key or word that was probably meant. */
  readonly suggestion?: string
}

/** One line per fault, `file:line:column: message`, as editors and terminals link it. */
export const formatFaults = (faults: readonly ConfigFault[]): string =>
  faults.map((fault) => `${fault.file}:${fault.line}:${fault.column}: ${fault.message}`).join('\n')

/** `['endpoints', 0, 'upstream', 'url']` as `endpoints[0].upstream.url`. */
export const formatPath = (path: ConfigPath): string => {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (/^[\w-]+$/.test(step)) text += text === '' ? step : `.${step}`
    else text += `[${JSON.stringify(step)}]`
  }
  return text
}
