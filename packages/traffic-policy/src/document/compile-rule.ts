import { createHash } from 'node:crypto'
import { CelCompileError } from '../cel/cel-error.ts'
import { type CompiledExpression, compileExpression } from '../cel/compile-expression.ts'
import type { CelEnvironment } from '../cel/compiled.ts'
import { BOOL } from '../cel/types.ts'
import { didYouMean } from '../nearest.ts'
import { type ActionType, actionAliases, actionConfigs, laterActions } from './action-configs/all-configs.ts'
import { decodeConfig, environmentOf } from './decode-config.ts'
import { kindOf } from './describe-issue.ts'
import type { FaultList } from './fault-list.ts'
import type { PolicyLimits } from './limits.ts'
import type { PolicyPhase, PolicyProtocol } from './phases.ts'
import type { CompiledAction, CompiledRule } from './policy.ts'
import { type Path, pointerOf } from './source-position.ts'

/** What rules of a phase are compiled with. */
export interface RuleContext {
  readonly phase: PolicyPhase
  readonly protocol: PolicyProtocol | undefined
  readonly strictMaps: boolean
  readonly limits: PolicyLimits
  readonly faults: FaultList
}

const RULE_KEYS = ['name', 'expressions', 'actions']

/** A rule, or an action alone as the short form of a rule. Reference §1.2 */
export function compileRule(given: unknown, path: Path, context: RuleContext): CompiledRule | undefined {
  const { faults } = context
  if (!isMap(given)) return faults.add('ERR_TUNNEL_2236', path, `expected a rule, got ${kindOf(given)}`) as undefined
  if (Object.hasOwn(given, 'type') && !Object.hasOwn(given, 'actions')) {
    const action = compileAction(given, path, context)
    return action && { name: undefined, expressions: [], actions: [action] }
  }
  for (const key of Object.keys(given))
    if (!RULE_KEYS.includes(key))
      faults.add(
        'ERR_TUNNEL_2236',
        path,
        `unknown key \`${key.slice(0, 64)}\` of a rule${didYouMean(key, RULE_KEYS)}`,
        { key },
      )
  return {
    name: nameOf(given.name, [...path, 'name'], faults),
    expressions: compileExpressions(given.expressions, [...path, 'expressions'], context),
    actions: compileActions(given.actions, path, context),
  }
}

function nameOf(given: unknown, path: Path, faults: FaultList): string | undefined {
  if (given === undefined || given === null) return undefined
  if (typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean') return String(given)
  faults.add('ERR_TUNNEL_2236', path, `expected text, got ${kindOf(given)}`)
  return undefined
}

function compileExpressions(given: unknown, path: Path, context: RuleContext): CompiledExpression[] {
  const { faults, limits, phase, strictMaps } = context
  if (given === undefined || given === null) return []
  const list = typeof given === 'string' || typeof given === 'boolean' ? [given] : given
  if (!Array.isArray(list)) {
    faults.add('ERR_TUNNEL_2236', path, `expected a list of expressions, got ${kindOf(given)}`)
    return []
  }
  if (list.length > limits.maxExpressions)
    faults.add(
      'ERR_TUNNEL_2265',
      path,
      `${list.length} expressions of a rule exceed the limit ${limits.maxExpressions}`,
    )
  const environment = environmentOf(phase, strictMaps)
  return list
    .slice(0, limits.maxExpressions)
    .map((one: unknown, at) => compileOne(one, Array.isArray(given) ? [...path, at] : path, environment, faults))
    .filter((compiled) => compiled !== undefined)
}

const WRAPPED = /^\s*\$\{([\s\S]*)\}\s*$/

function compileOne(
  given: unknown,
  path: Path,
  environment: CelEnvironment,
  faults: FaultList,
): CompiledExpression | undefined {
  if (typeof given !== 'string' && typeof given !== 'boolean') {
    faults.add('ERR_TUNNEL_2200', path, `expected an expression, got ${kindOf(given)}`)
    return undefined
  }
  const written = String(given)
  const inner = WRAPPED.exec(written)?.[1]
  try {
    return compileExpression(inner ?? written, environment, BOOL)
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error
    const offset = error.start + (inner === undefined ? 0 : written.indexOf('{') + 1)
    faults.add('ERR_TUNNEL_2200', path, error.message, { offset })
    return undefined
  }
}

function compileActions(given: unknown, rulePath: Path, context: RuleContext): CompiledAction[] {
  const { faults, limits } = context
  const path = [...rulePath, 'actions']
  if (given === undefined || given === null || (Array.isArray(given) && given.length === 0)) {
    faults.add('ERR_TUNNEL_2206', given === undefined ? rulePath : path, 'rule has no action')
    return []
  }
  if (!Array.isArray(given)) {
    faults.add('ERR_TUNNEL_2236', path, `expected a list of actions, got ${kindOf(given)}`)
    return []
  }
  if (given.length > limits.maxActions)
    faults.add('ERR_TUNNEL_2265', path, `${given.length} actions of a rule exceed the limit ${limits.maxActions}`)
  return given
    .slice(0, limits.maxActions)
    .map((one: unknown, at) => compileAction(one, [...path, at], context))
    .filter((action) => action !== undefined)
}

function compileAction(given: unknown, path: Path, context: RuleContext): CompiledAction | undefined {
  const { faults, phase, strictMaps } = context
  if (!isMap(given)) return faults.add('ERR_TUNNEL_2236', path, `expected an action, got ${kindOf(given)}`) as undefined
  for (const key of Object.keys(given))
    if (key !== 'type' && key !== 'config')
      faults.add(
        'ERR_TUNNEL_2203',
        path,
        `unknown key \`${key.slice(0, 64)}\` of an action${didYouMean(key, ['type', 'config'])}`,
        { key },
      )
  const type = typeOf(given.type, path, context)
  if (type === undefined) return undefined
  const config = decodeConfig(type, given.config, environmentOf(phase, strictMaps), [...path, 'config'], faults)
  if (config === undefined) return undefined
  const pointer = pointerOf(path)
  const digest = createHash('sha256')
    .update(JSON.stringify([pointer, type, given.config ?? {}]))
    .digest('base64url')
  return { type, config, path, pointer, identity: digest.slice(0, 22) } as CompiledAction
}

/** The action that a type names, if it can be in this phase. */
function typeOf(given: unknown, path: Path, { phase, protocol, faults }: RuleContext): ActionType | undefined {
  const at = [...path, 'type']
  if (typeof given !== 'string') {
    faults.add(
      given === undefined ? 'ERR_TUNNEL_2234' : 'ERR_TUNNEL_2203',
      given === undefined ? path : at,
      'an action has a type, which is text',
    )
    return undefined
  }
  const type = Object.hasOwn(actionAliases, given) ? actionAliases[given]! : given
  if (laterActions.has(type)) {
    faults.add('ERR_TUNNEL_2201', at, `action \`${type}\` is not supported yet`)
    return undefined
  }
  if (!Object.hasOwn(actionConfigs, type)) {
    faults.add(
      'ERR_TUNNEL_2201',
      at,
      `unknown action \`${given.slice(0, 64)}\`${didYouMean(given, Object.keys(actionConfigs))}`,
    )
    return undefined
  }
  const { phases, protocols } = actionConfigs[type as ActionType]
  if (!phases.includes(phase)) {
    faults.add('ERR_TUNNEL_2202', at, `action \`${type}\` is not supported in ${phase}; it is in ${phases.join(', ')}`)
    return undefined
  }
  if (protocol !== undefined && protocols !== undefined && !protocols.includes(protocol)) {
    faults.add('ERR_TUNNEL_2205', at, `action \`${type}\` does not support ${protocol} endpoints`)
    return undefined
  }
  return type as ActionType
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
