import { parseConfigValue } from '@tunnel/config-file'
import * as z from 'zod'
import type { SettingFault, SettingOrigin } from './faults.ts'
import { type SettingKey, type SettingValues, typeOf } from './settings-schema.ts'

/** What one source (flags, environment or file) says: the checked values, where each stands, and what is wrong. */
export interface GivenSettings {
  readonly values: Partial<SettingValues>
  readonly origins: ReadonlyMap<SettingKey, SettingOrigin>
  readonly faults: readonly SettingFault[]
}

/** A setting as the command line or the environment gives it. */
export interface GivenText {
  readonly key: SettingKey
  readonly text: string | readonly string[]
  readonly origin: SettingOrigin
}

/** Checks texts against the types of their settings. */
export const checkTexts = (given: Iterable<GivenText>): GivenSettings => {
  const values: Partial<Record<SettingKey, unknown>> = {}
  const origins = new Map<SettingKey, SettingOrigin>()
  const faults: SettingFault[] = []
  for (const { key, text, origin } of given) {
    origins.set(key, origin)
    const type = typeOf(key) as z.ZodType
    const parsed = parseConfigValue(typeof text === 'string' ? plainValue(text, type) : text, type)
    if (parsed.ok) values[key] = parsed.data
    else for (const message of parsed.messages) faults.push({ code: 'ERR_SETTING_VALUE', origin, message })
  }
  return { values: values as Partial<SettingValues>, origins, faults }
}

/** Flags and variables are all text; a setting that is a number in the file gets one here too. */
const plainValue = (text: string, type: z.ZodType): string | number =>
  type instanceof z.ZodNumber && /^-?\d{1,15}$/.test(text) ? Number(text) : text
