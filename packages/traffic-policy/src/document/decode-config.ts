import type * as z from 'zod'
import type { CelEnvironment } from '../cel/compiled.ts'
import { celEnvironment } from '../cel/environment.ts'
import type { ActionDefinition } from './action-configs/action-definition.ts'
import { type ActionType, actionConfigs } from './action-configs/all-configs.ts'
import { createFieldSchemas } from './action-configs/field-schemas.ts'
import { describeIssue, kindOf } from './describe-issue.ts'
import type { FaultList } from './fault-list.ts'
import type { PolicyPhase } from './phases.ts'
import { keysAt } from './schema-keys.ts'
import type { Path } from './source-position.ts'

/** Schemas are made once for a phase: making one takes longer than most documents. */
const schemas = new Map<string, z.ZodType>()

function schemaOf(type: ActionType, environment: CelEnvironment): z.ZodType {
  const key = `${type} ${environment.phase} ${environment.strictMaps}`
  const known = schemas.get(key)
  if (known) return known
  const definition: ActionDefinition = actionConfigs[type]
  const made = definition.schema(createFieldSchemas(environment))
  schemas.set(key, made)
  return made
}

const environments = new Map<string, CelEnvironment>()

/** One environment for a phase, so that schemas can be kept. */
export function environmentOf(phase: PolicyPhase, strictMaps: boolean): CelEnvironment {
  const key = `${phase} ${strictMaps}`
  const known = environments.get(key) ?? celEnvironment(phase, { strictMaps })
  environments.set(key, known)
  return known
}

/** Reads and compiles the configuration of an action; what is wrong with it goes to `faults`. */
export function decodeConfig(
  type: ActionType,
  given: unknown,
  environment: CelEnvironment,
  path: Path,
  faults: FaultList,
): unknown {
  const config = given ?? {}
  if (typeof config !== 'object' || Array.isArray(config)) {
    faults.add('ERR_TUNNEL_2203', path, `expected a map, got ${kindOf(config)}`)
    return undefined
  }
  const { value, written } = withOwnNames(
    config as Record<string, unknown>,
    actionConfigs[type].aliases ?? {},
    path,
    faults,
  )
  const schema = schemaOf(type, environment)
  const result = schema.safeParse(value, { reportInput: true })
  if (result.success) return result.data
  for (const issue of result.error.issues) {
    for (const { code, message, path: at, offset, key } of describeIssue(issue, (inner) => keysAt(schema, inner))) {
      const [first, ...rest] = at
      const full = [...path, ...(first === undefined ? [] : [written.get(String(first)) ?? first, ...rest])]
      faults.add(code, full, message, { ...(offset !== undefined && { offset }), ...(key !== undefined && { key }) })
    }
  }
  return undefined
}

/** The older names of fields are replaced by the ones of today. `written` gives back what the document says. */
function withOwnNames(
  config: Record<string, unknown>,
  aliases: Readonly<Record<string, string>>,
  path: Path,
  faults: FaultList,
) {
  const written = new Map<string, string>()
  const value: Record<string, unknown> = {}
  for (const [key, member] of Object.entries(config)) {
    const name = Object.hasOwn(aliases, key) ? aliases[key]! : key
    if (name !== key) written.set(name, key)
    if (name !== key && Object.hasOwn(config, name))
      faults.add('ERR_TUNNEL_2203', path, `\`${key}\` is another name of \`${name}\`, which is there too`, { key })
    else value[name] = member
  }
  return { value, written }
}
