import type { Document } from 'yaml'
import type * as z from 'zod'
import type { ConfigFault, ConfigPath } from './fault.ts'
import { type ConfigLimits, defaultConfigLimits } from './limits.ts'
import type { ConfigPosition } from './line-starts.ts'
import { locate } from './locate.ts'
import { type ReadDocument, readDocument } from './read-document.ts'
import { checkAgainst } from './schema-faults.ts'
import type { TextFault } from './structure-faults.ts'

export interface ParseConfigOptions extends Partial<ConfigLimits> {
  /** How faults name the file; it is not opened. */
  readonly file: string
}

export type ParsedConfig<T> =
  | {
      readonly ok: true
      readonly data: T
      /** The YAML document, comments and all. */
      readonly document: Document.Parsed
      /** Where the value at a path stands, for faults that only the caller can find. */
      readonly locate: (path: ConfigPath) => ConfigPosition
    }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] }

/**
 * Reads YAML text against a zod schema. Either the typed data, or everything that is wrong, in the order of the file.
 *
 * An empty text is an empty map; a root that is no map is a fault. Unknown keys are faults where the schema is a `z.strictObject`.
 * A function for a schema chooses it by the data. Merge keys (`<<`) work; tags, several documents and doubled keys are refused. Throws nothing for a bad text.
 */
export const parseConfigFile = <T>(
  text: string,
  schema: z.ZodType<T> | ((data: unknown) => z.ZodType<T>),
  options: ParseConfigOptions,
): ParsedConfig<T> => {
  const limits = { ...defaultConfigLimits, ...options }
  const { file, maxFaults } = limits
  const bytes = Buffer.byteLength(text)
  if (bytes > limits.maxConfigBytes) {
    const message = `${bytes} bytes exceed maxConfigBytes ${limits.maxConfigBytes}`
    return { ok: false, faults: [{ code: 'ERR_CONFIG_TOO_LARGE', file, line: 1, column: 1, path: [], message }] }
  }

  const read = readDocument(text, limits)
  const { document, lines } = read
  const faults = read.faults.map((fault): ConfigFault => placeInText(fault, file, read))
  const plain = read.broken ? undefined : plainData(read, limits.maxAliases)
  if (plain?.fault) faults.push(placeInText(plain.fault, file, read))
  if (plain === undefined || plain.fault) return { ok: false, faults: inOrder(faults, maxFaults) }

  const chosen = typeof schema === 'function' ? schema(plain.data) : schema
  const checked = checkAgainst(chosen, plain.data, maxFaults)
  if (checked.ok && faults.length === 0) {
    return { ok: true, data: checked.data, document, locate: (path) => locate(document, lines, path, 'value') }
  }
  for (const fault of checked.ok ? [] : checked.faults) {
    const at = fault.code === 'ERR_CONFIG_UNKNOWN_KEY' ? 'key' : 'value'
    faults.push({ ...fault, file, ...locate(document, lines, fault.path, at) })
  }
  return { ok: false, faults: inOrder(faults, maxFaults) }
}

const placeInText = ({ code, offset, message }: TextFault, file: string, { lines }: ReadDocument): ConfigFault => ({
  code,
  file,
  ...lines.positionAt(offset),
  path: [],
  message,
})

const inOrder = (faults: ConfigFault[], maxFaults: number): readonly ConfigFault[] =>
  faults.sort((a, b) => a.line - b.line || a.column - b.column).slice(0, maxFaults)

type PlainData = { readonly data: unknown; readonly fault?: undefined } | { readonly fault: TextFault }

const plainData = ({ document }: ReadDocument, maxAliases: number): PlainData => {
  try {
    return { data: document.toJS({ maxAliasCount: maxAliases }) ?? {} }
  } catch {
    // The one thing left that toJS throws for: structureFaults has refused what else it could.
    const message = `aliases stand for more than maxAliases ${maxAliases} values`
    return { fault: { code: 'ERR_CONFIG_ALIAS', offset: document.contents?.range[0] ?? 0, message } }
  }
}
