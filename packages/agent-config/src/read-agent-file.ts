import { type ConfigFault, parseConfigFile } from '@tunnel/config-file'
import { type AgentFile, agentFileFrom } from './agent-file.ts'
import { type AgentConfigFile, fileSchema } from './file-schema.ts'
import { impliedVersion } from './layout-version.ts'
import { isMap } from './scalars.ts'
import { version1Schema } from './version1-schema.ts'

export type ReadAgentFile = SoundAgentFile | { readonly ok: false; readonly faults: readonly ConfigFault[] }

export interface SoundAgentFile {
  readonly ok: true
  readonly path: string
  readonly file: AgentFile
  readonly warnings: readonly string[]
  /** A fault where the version stands, for who finds something wrong beside other files. */
  readonly versionFault: (message: string) => ConfigFault
}

/** Reads the text of one file in any version of the layout. */
export const readAgentFile = (text: string, path: string): ReadAgentFile => {
  const parsed = parseConfigFile<AgentConfigFile>(text, schemaFor, { file: path })
  if (!parsed.ok) return parsed
  const { data, locate } = parsed
  return {
    ok: true,
    path,
    file: agentFileFrom(data),
    warnings: warningsOf(data, path),
    versionFault: (message) => ({
      code: 'ERR_CONFIG_VALUE',
      file: path,
      ...locate(['version']),
      path: ['version'],
      message,
    }),
  }
}

const schemaFor = (data: unknown) => {
  const hasVersion = isMap({ value: data }) && ((data as { version?: unknown }).version ?? null) !== null
  return !hasVersion && impliedVersion(data) === 1 ? version1Schema : fileSchema
}

const warningsOf = (file: AgentConfigFile, path: string): string[] => {
  const warnings = []
  if (file.version === 1) {
    warnings.push(
      `${path}: read as ngrok 2 did, since it has no \`version\`; \`tunnel config upgrade\` brings it up to date`,
    )
  }
  return warnings
}
