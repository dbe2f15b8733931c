import { readFileSync } from 'node:fs'
import { expect, it, vi } from 'vitest'
import { agentConfigJsonSchema } from './index.ts'
import { version1Settings, version1TunnelKeys } from './version1-schema.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const readme = read('../README.md')
/** The formatter pads the cells of tables. */
const tables = readme.replaceAll(/ +\|/g, ' |')

interface JsonSchema {
  readonly description?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly anyOf?: readonly JsonSchema[]
  readonly items?: JsonSchema
  readonly additionalProperties?: JsonSchema
}
/** Keys that lie at a place of the schema, dotted, with their descriptions; the optional wrapping is taken off. */
const keysOf = (schema: JsonSchema, above = ''): [string, string][] => {
  const open = schema.properties ? schema : (schema.anyOf?.find(({ properties }) => properties) ?? {})
  return Object.entries(open.properties ?? {}).flatMap(([key, field]): [string, string][] => {
    const inner = keysOf(field, `${above}${key}.`)
    return inner.length > 0 ? inner : [[above + key, field.description ?? '']]
  })
}
const [version3, version2] = (agentConfigJsonSchema() as { oneOf: [JsonSchema, JsonSchema] }).oneOf
const below = (schema: JsonSchema, key: string): JsonSchema => {
  const field = schema.properties![key]!
  const open = field.anyOf?.[0] ?? field
  return open.items ?? (open.properties ? open : open.additionalProperties!)
}
const rowOf = (key: string): string | undefined => tables.split('\n').find((line) => line.startsWith(`| \`${key}\` |`))

it('shows the example, and what it prints', async () => {
  let printed = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
  await import('../examples/pair-and-load.ts').finally(() => write.mockRestore())
  expect(readme).toContain(`\`\`\`ts\n${read('../examples/pair-and-load.ts')}\`\`\``)
  expect(printed).not.toBe('')
  expect(readme).toContain(`\`\`\`\n${printed}\`\`\``)
})

it.each(keysOf(below(version3, 'agent')))('lists the setting %s', (key, description) => {
  const [meaning, initial] = description.split(' Default ') as [string, string?]
  expect(rowOf(key)).toContain(meaning)
  expect(rowOf(key)).toContain(initial === undefined ? '| – |' : initial.replace(/\.$/, ''))
})

it.each(keysOf(below(version3, 'endpoints')))('lists the endpoint key %s', (key, description) => {
  expect(tables).toContain(`| \`${key}\` | ${description} |`)
})

it.each(keysOf(below(version2, 'tunnels')))('lists the tunnel key %s', (key, description) => {
  expect(tables).toContain(`| \`${key}\` | ${description} |`)
})

it.each([...Object.entries(version1Settings), ...Object.entries(version1TunnelKeys)])(
  'lists the key %s of files without a version',
  (key, { description }) => {
    expect(tables).toMatch(new RegExp(`\\| \`(tunnels\\.\\*\\.)?${key}\` \\| \`\\w+\` \\|`))
    expect(tables).toContain(`| ${description} |`)
  },
)
