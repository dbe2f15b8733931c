import { closest } from '@tunnel/config-file'
import type { SettingFault } from './faults.ts'
import { checkTexts, type GivenSettings, type GivenText } from './given-settings.ts'
import { fileKey, variableOf, variablePrefix } from './setting-names.ts'
import { settingKeys } from './settings-schema.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface EnvironmentSettings extends GivenSettings {
  /** The value of `TUNNEL_EDGE_CONFIG`. */
  readonly file: string | undefined
}

const fileVariable = variableOf(fileKey)
const keysByVariable = new Map(settingKeys.map((key) => [variableOf(key), key]))

/**
 * Kubernetes describes a service named `tunnel-edge` to every container beside it by variables of this form.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
const serviceLink = /^TUNNEL_EDGE_(SERVICE_(HOST|PORT)|PORT$|PORT_\d)/

/** Reads `TUNNEL_EDGE_<NAME>`. An empty variable counts as unset. */
export const readEnvironment = (env: Environment): EnvironmentSettings => {
  const texts: GivenText[] = []
  const faults: SettingFault[] = []
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(variablePrefix) || name === fileVariable || text === undefined || text === '') continue
    const key = keysByVariable.get(name)
    if (key !== undefined) texts.push({ key, text, origin: { kind: 'variable', name } })
    else if (!serviceLink.test(name)) faults.push(unknownVariable(name))
  }
  const checked = checkTexts(texts)
  return { ...checked, faults: [...faults, ...checked.faults], file: env[fileVariable] || undefined }
}

const unknownVariable = (name: string): SettingFault => {
  // Without the prefix, which all have in common and which would make everything look near.
  const near = closest(name.slice(variablePrefix.length), [...settingKeys, fileKey])
  const suggestion = near === undefined ? undefined : variableOf(near)
  return {
    code: 'ERR_SETTING_UNKNOWN',
    origin: { kind: 'variable', name },
    message: `unknown setting${suggestion === undefined ? '' : `; did you mean ${suggestion}?`}`,
    ...(suggestion === undefined ? {} : { suggestion }),
  }
}
