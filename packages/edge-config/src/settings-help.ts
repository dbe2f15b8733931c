import { fileKey, flagOf, variableOf } from './setting-names.ts'
import { defaultOf, helpOf, type SettingKey, settingKeys, shape } from './settings-schema.ts'

const lineWidth = 100

/** Help text of every setting, made from the schema: flag, what it is, default. */
export const edgeSettingsHelp = (): string => {
  const lines = [
    `Every flag can also be given as a variable (${flagOf('http_addr')} as ${variableOf('http_addr')})`,
    `and as a key of the file (http_addr). Flags win over variables, variables over the file.`,
    '',
    `  ${flagOf(fileKey)} <file>`,
    ...wrap(`YAML file of settings. Default: none. Variable: ${variableOf(fileKey)}.`),
  ]
  let section: string | undefined
  for (const key of settingKeys) {
    const about = helpOf(key)
    if (about.section !== section) lines.push('', `${about.section}:`)
    section = about.section
    lines.push(`  ${flagOf(key)} <${about.value}>`, ...wrap(`${shape[key].description} Default: ${defaultText(key)}.`))
  }
  return `${lines.join('\n')}\n`
}

const defaultText = (key: SettingKey): string => defaultOf(key) ?? helpOf(key).defaultText ?? 'none'

const wrap = (text: string): string[] => {
  const indentation = ' '.repeat(6)
  const lines: string[] = []
  let line = indentation
  for (const word of text.split(' ')) {
    if (line !== indentation && line.length + word.length + 1 > lineWidth) {
      lines.push(line)
      line = indentation
    }
    line += line === indentation ? word : ` ${word}`
  }
  return [...lines, line]
}
