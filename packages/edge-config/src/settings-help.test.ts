import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { edgeSettingsHelp, edgeSettingsJsonSchema } from './index.ts'

interface JsonSchema {
  readonly additionalProperties: boolean
  readonly properties: Readonly<Record<string, { description: string; default?: unknown }>>
}
const schema = edgeSettingsJsonSchema() as unknown as JsonSchema
const help = edgeSettingsHelp()
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const keys = Object.keys(schema.properties)
const flag = (key: string): string => `--${key.replaceAll('_', '-')}`

it('describes every setting and no other flag', () => {
  const flags = [...help.matchAll(/^ {2}(--\S+) </gm)].map((match) => match[1])
  expect(flags.sort()).toEqual(['--config', ...keys.map(flag)].sort())
})

it.each(keys)('gives what %s is and its default, in the words of the schema', (key) => {
  const paragraph = help
    .split(`\n  ${flag(key)} <`)[1]!
    .split(/\n\n|\n {2}--/)[0]!
    .replaceAll(/\s+/g, ' ')
  const { description, default: initial } = schema.properties[key]!
  expect(paragraph).toContain(description)
  expect(paragraph).toContain(initial === undefined ? 'Default: ' : `Default: ${String(initial)}.`)
})

it('fits a terminal of 100 columns', () => {
  expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
})

it('has a JSON Schema that refuses keys it does not know', () => {
  expect(schema.additionalProperties).toBe(false)
})

it.each(keys)('has %s in the README, with its default', (key) => {
  const row = readme.split('\n').find((line) => line.startsWith(`| \`${key}\` `))
  const initial = schema.properties[key]!.default
  expect(row).toContain(initial === undefined ? '|' : `\`${String(initial)}\``)
})
