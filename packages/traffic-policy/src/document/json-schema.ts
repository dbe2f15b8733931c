import * as z from 'zod'
import type { ActionDefinition } from './action-configs/action-definition.ts'
import { type ActionType, actionAliases, actionConfigs } from './action-configs/all-configs.ts'
import { createFieldSchemas } from './action-configs/field-schemas.ts'
import { environmentOf } from './decode-config.ts'
import { type PolicyPhase, policyPhases } from './phases.ts'

type JsonSchema = Record<string, unknown>

/** The JSON Schema (2020-12) of documents, for editors; published as `@tunnel/traffic-policy/schema.json`. */
export function policyJsonSchema(): JsonSchema {
  const actions = Object.keys(actionConfigs) as ActionType[]
  const phase = (name: PolicyPhase): JsonSchema => ({
    type: ['array', 'null'],
    items: { anyOf: [{ $ref: `#/$defs/${name}_rule` }, { $ref: `#/$defs/${name}_action` }] },
  })
  const definitions = policyPhases.flatMap((name): [string, JsonSchema][] => [
    [`${name}_rule`, ruleSchema(name)],
    [
      `${name}_action`,
      {
        anyOf: actions
          .filter((type) => actionConfigs[type].phases.includes(name))
          .map((type) => ({ $ref: `#/$defs/${type}` })),
      },
    ],
  ])
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Traffic policy',
    type: 'object',
    additionalProperties: false,
    properties: {
      ...Object.fromEntries(policyPhases.map((name) => [name, phase(name)])),
      inbound: { ...phase('on_http_request'), deprecated: true },
      outbound: { ...phase('on_http_response'), deprecated: true },
      enabled: { type: 'boolean' },
    },
    $defs: {
      ...Object.fromEntries(definitions),
      ...Object.fromEntries(actions.map((type) => [type, actionSchema(type)])),
    },
  }
}

const ruleSchema = (phase: PolicyPhase): JsonSchema => ({
  type: 'object',
  additionalProperties: false,
  required: ['actions'],
  properties: {
    name: { type: ['string', 'number', 'null'] },
    expressions: {
      anyOf: [{ type: 'array', items: { type: ['string', 'boolean'] } }, { type: ['string', 'boolean', 'null'] }],
      description: 'CEL expressions that all must be true; none means always.',
    },
    actions: { type: 'array', minItems: 1, items: { $ref: `#/$defs/${phase}_action` } },
  },
})

function actionSchema(type: ActionType): JsonSchema {
  const definition: ActionDefinition = actionConfigs[type]
  const schema = definition.schema(createFieldSchemas(environmentOf(definition.phases.at(-1)!, false)))
  const { $schema: _, ...config } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  const names = [type, ...Object.keys(actionAliases).filter((alias) => actionAliases[alias] === type)]
  const isRequired = Array.isArray(config.required) && config.required.length > 0
  return {
    type: 'object',
    additionalProperties: false,
    required: ['type', ...(isRequired ? ['config'] : [])],
    properties: { type: { enum: names }, config: withAliases(config, definition.aliases ?? {}) },
  }
}

/** Older names of fields, as their own. A field that has one cannot be required. */
function withAliases(config: JsonSchema, aliases: Readonly<Record<string, string>>): JsonSchema {
  const properties = { ...(config.properties as JsonSchema) }
  for (const [alias, name] of Object.entries(aliases))
    properties[alias] = { ...(properties[name] as JsonSchema), deprecated: true }
  const required = (config.required as string[] | undefined)?.filter((name) => !Object.values(aliases).includes(name))
  return { ...config, ...(Object.keys(properties).length > 0 && { properties }), ...(required && { required }) }
}
