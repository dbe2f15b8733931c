import {
  ConfigFileError,
  type ConfigPath,
  type ConfigPosition,
  parseConfigFile,
  readConfigText,
} from '@tunnel/config-file'
import * as z from 'zod'

/** A place in a file; line and column count from 1. */
export interface DefinitionPlace extends ConfigPosition {
  readonly file: string
}

/**
 * Where something below the endpoint or tunnel `name` stands, for faults that only a reader of its values can find: in the last of `files` that
 * defines it. Reads them anew, as nothing of their text is kept. `undefined` where no file has it.
 */
export const locateDefinition = (
  files: readonly string[],
  name: string,
  path: ConfigPath,
  readText: (path: string) => string = readConfigText,
): DefinitionPlace | undefined => {
  for (const file of files.toReversed()) {
    const parsed = parseConfigFile<Definitions>(textOf(file, readText), definitions, { file })
    const above = parsed.ok ? pathOf(parsed.data, name) : undefined
    if (parsed.ok && above) return { file, ...parsed.locate([...above, ...path]) }
  }
  return undefined
}

/** As much as it takes to find one by its name. */
const definitions = z.looseObject({
  endpoints: z.array(z.looseObject({ name: z.string() })).nullish(),
  tunnels: z.record(z.string(), z.unknown()).nullish(),
})

type Definitions = z.output<typeof definitions>

const pathOf = ({ endpoints, tunnels }: Definitions, name: string): ConfigPath | undefined => {
  const index = endpoints?.findIndex((one) => one.name === name) ?? -1
  if (index >= 0) return ['endpoints', index]
  return tunnels && Object.hasOwn(tunnels, name) ? ['tunnels', name] : undefined
}

/** A file that is gone has nothing. */
const textOf = (file: string, readText: (path: string) => string): string => {
  try {
    return readText(file)
  } catch (cause) {
    if (cause instanceof ConfigFileError) return ''
    throw cause
  }
}
