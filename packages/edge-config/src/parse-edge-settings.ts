import { homedir as homeVariable, userInfo } from 'node:os'
import { readConfigText } from '@tunnel/config-file'
import { agreementFaults } from './agreement-faults.ts'
import { defaultDataDir } from './default-data-dir.ts'
import { type EdgeSettings, edgeSettingsFrom } from './edge-settings.ts'
import type { SettingFault, SettingOrigin } from './faults.ts'
import type { GivenSettings } from './given-settings.ts'
import { type Environment, readEnvironment } from './read-environment.ts'
import { readFileSettings } from './read-file.ts'
import { readFlags } from './read-flags.ts'
import { fileKey, flagOf, variableOf } from './setting-names.ts'
import { type SettingKey, type SettingValues, settingKeys, shape } from './settings-schema.ts'

export interface EdgeSettingsSources {
  /** The arguments after the program's name. */
  readonly argv: readonly string[]
  readonly env: Environment
  /**
   * Gives the text of the settings file, or throws.
   *
   * @default readConfigText of `@tunnel/config-file`
   */
  readonly readFile?: (path: string) => string
  /** Decides where `data` is by default. @default process.platform */
  readonly platform?: NodeJS.Platform
  /** Decides where `data` is by default. @default the home of the account */
  readonly homedir?: string
}

export type ParsedEdgeSettings =
  | {
      readonly ok: true
      readonly settings: EdgeSettings
      /** The settings file that was read. */
      readonly file: string | undefined
    }
  | { readonly ok: false; readonly faults: readonly SettingFault[] }

const nothingGiven: GivenSettings = { values: {}, origins: new Map(), faults: [] }

/**
 * Reads the settings of the edge: flags over environment over the file of `--config` over defaults.
 * Either all settings, or everything that is wrong in any source, also where another source has the last word. Throws nothing.
 */
export const parseEdgeSettings = (sources: EdgeSettingsSources): ParsedEdgeSettings => {
  const { argv, env, readFile = readConfigText } = sources
  const flags = readFlags(argv)
  const environment = readEnvironment(env)
  const path = flags.file ?? environment.file
  const namedBy: SettingOrigin =
    flags.file === undefined ? { kind: 'variable', name: variableOf(fileKey) } : { kind: 'flag', name: flagOf(fileKey) }
  const file = path === undefined ? nothingGiven : readFileSettings(path, readFile, namedBy)

  const faults = [...flags.faults, ...environment.faults, ...file.faults]
  if (faults.length > 0) return { ok: false, faults }

  const given = { ...file.values, ...environment.values, ...flags.values }
  const { platform = process.platform, homedir = accountHome() } = sources
  const settings = edgeSettingsFrom(withFixedDefaults(given), defaultDataDir({ platform, homedir, env }))
  const originOf = (key: SettingKey): SettingOrigin =>
    flags.origins.get(key) ??
    environment.origins.get(key) ??
    file.origins.get(key) ?? { kind: 'default', name: flagOf(key) }
  const disagreements = agreementFaults(settings, given, originOf)
  return disagreements.length > 0 ? { ok: false, faults: disagreements } : { ok: true, settings, file: path }
}

/** A container may run as a user that has no account; then `$HOME` has to do. */
const accountHome = (): string => {
  try {
    return userInfo().homedir
  } catch {
    return homeVariable()
  }
}

const withFixedDefaults = (given: Partial<SettingValues>): SettingValues => {
  const missing = settingKeys.filter((key) => given[key] === undefined)
  const defaults = Object.fromEntries(missing.map((key) => [key, shape[key].parse(undefined)]))
  // Every key is now given or parsed from nothing by its own schema.
  return { ...defaults, ...given } as SettingValues
}
