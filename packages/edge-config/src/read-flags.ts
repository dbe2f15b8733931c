import { closest } from '@tunnel/config-file'
import type { SettingFault } from './faults.ts'
import { checkTexts, type GivenSettings, type GivenText } from './given-settings.ts'
import { fileKey, flagOf, isRepeatable } from './setting-names.ts'
import { type SettingKey, settingKeys } from './settings-schema.ts'

export interface FlagSettings extends GivenSettings {
  /** The value of `--config`. */
  readonly file: string | undefined
}

const keysByFlag = new Map<string, SettingKey | typeof fileKey>(
  [...settingKeys, fileKey].map((key) => [flagOf(key), key as SettingKey | typeof fileKey]),
)

/** Reads `--flag value` and `--flag=value`. */
export const readFlags = (argv: readonly string[]): FlagSettings => {
  const texts = new Map<SettingKey | typeof fileKey, string[]>()
  const faults: SettingFault[] = []
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index]!
    const equals = argument.indexOf('=')
    const flag = equals < 0 ? argument : argument.slice(0, equals)
    const key = keysByFlag.get(flag)
    if (key === undefined) {
      faults.push(unknownArgument(flag))
      // What follows an unknown flag is most likely its value: a second complaint would only distract.
      if (flag.startsWith('-') && equals < 0 && isValue(argv[index + 1])) index++
      continue
    }
    const value = equals < 0 ? argv[index + 1] : argument.slice(equals + 1)
    if (equals < 0 && isValue(value)) index++
    if (value === '' || (equals < 0 && !isValue(value))) faults.push(misused(flag, 'needs a value'))
    else if (texts.has(key) && (key === fileKey || !isRepeatable(key))) faults.push(misused(flag, 'is given twice'))
    else texts.set(key, [...(texts.get(key) ?? []), value!])
  }
  const file = texts.get(fileKey)?.[0]
  texts.delete(fileKey)
  const checked = checkTexts(givenTexts(texts as Map<SettingKey, string[]>))
  return { ...checked, faults: [...faults, ...checked.faults], file }
}

function* givenTexts(texts: ReadonlyMap<SettingKey, readonly string[]>): Generator<GivenText> {
  for (const [key, given] of texts) {
    yield { key, text: isRepeatable(key) ? given : given[0]!, origin: { kind: 'flag', name: flagOf(key) } }
  }
}

const isValue = (argument: string | undefined): argument is string =>
  argument !== undefined && !/^-+[a-z]/i.test(argument)

const misused = (flag: string, message: string): SettingFault => ({
  code: 'ERR_SETTING_USAGE',
  origin: { kind: 'flag', name: flag },
  message,
})

const unknownArgument = (argument: string): SettingFault => {
  const origin = { kind: 'flag', name: argument } as const
  if (!argument.startsWith('-')) {
    return { code: 'ERR_SETTING_USAGE', origin, message: 'unexpected argument; settings are given as --flag value' }
  }
  const suggestion = closest(argument, keysByFlag.keys())
  const message = `unknown flag${suggestion === undefined ? '' : `; did you mean ${suggestion}?`}`
  return { code: 'ERR_SETTING_UNKNOWN', origin, message, ...(suggestion === undefined ? {} : { suggestion }) }
}
