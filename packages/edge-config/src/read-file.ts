import { type ConfigFault, parseConfigFile } from '@tunnel/config-file'
import type { SettingFault, SettingFaultCode, SettingOrigin } from './faults.ts'
import type { GivenSettings } from './given-settings.ts'
import { fileSchema, type SettingKey, type SettingValues } from './settings-schema.ts'

/** Reads the settings file that `namedBy` named. */
export const readFileSettings = (
  path: string,
  readFile: (path: string) => string,
  namedBy: SettingOrigin,
): GivenSettings => {
  let text: string
  try {
    text = readFile(path)
  } catch (error) {
    const message = error instanceof Error ? error.message : `${path}: cannot be read`
    return { values: {}, origins: new Map(), faults: [{ code: 'ERR_SETTING_FILE', origin: namedBy, message }] }
  }
  const parsed = parseConfigFile(text, fileSchema, { file: path })
  if (!parsed.ok) return { values: {}, origins: new Map(), faults: parsed.faults.map(settingFault) }
  const given = Object.entries(parsed.data).filter(([, value]) => value !== null && value !== undefined)
  const origins = new Map(
    given.map(([key]) => [key as SettingKey, { kind: 'file', file: path, ...parsed.locate([key]) } as const]),
  )
  return { values: Object.fromEntries(given) as Partial<SettingValues>, origins, faults: [] }
}

const codeOf = (fault: ConfigFault): SettingFaultCode => {
  if (fault.code === 'ERR_CONFIG_UNKNOWN_KEY') return 'ERR_SETTING_UNKNOWN'
  return fault.code === 'ERR_CONFIG_VALUE' ? 'ERR_SETTING_VALUE' : 'ERR_SETTING_FILE'
}

const settingFault = (fault: ConfigFault): SettingFault => ({
  code: codeOf(fault),
  origin: { kind: 'file', file: fault.file, line: fault.line, column: fault.column },
  message: fault.message,
  ...(fault.suggestion === undefined ? {} : { suggestion: fault.suggestion }),
})
