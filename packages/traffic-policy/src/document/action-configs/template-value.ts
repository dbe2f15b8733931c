import { CelCompileError, CelError } from '../../cel/cel-error.ts'
import { type CelEnvironment, noSecrets, type SecretName } from '../../cel/compiled.ts'
import type { Scope } from '../../cel/scope.ts'
import { compileTemplate } from '../../cel/template.ts'
import { configLimits } from '../limits.ts'

/** Elements of one value of `set-vars`, at every depth. */
const MAX_VALUE_ELEMENTS = 100_000

/** A value of any type with `${…}` in its texts. */
export interface TemplateValue {
  /** @throws CelError */
  evaluate(scope: Scope): unknown
  readonly readsSecret: boolean
  /** Those that it names outright. */
  readonly secrets: readonly SecretName[]
}

/**
 * @throws CelCompileError
 * @see Reference §4.23
 */
export function compileTemplateValue(value: unknown, environment: CelEnvironment, depth = 0): TemplateValue {
  if (depth > configLimits.maxValueDepth)
    throw new CelCompileError(`value nests deeper than the limit ${configLimits.maxValueDepth}`, { start: 0, end: 0 })
  if (typeof value === 'string') return textValue(value, environment)
  if (Array.isArray(value)) return listValue(value.map((item) => compileTemplateValue(item, environment, depth + 1)))
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([key, member]) => [key, compileTemplateValue(member, environment, depth + 1)] as const,
    )
    return mapValue(entries)
  }
  const constant = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : (value ?? null)
  return { readsSecret: false, secrets: noSecrets, evaluate: () => constant }
}

function textValue(text: string, environment: CelEnvironment): TemplateValue {
  const template = compileTemplate(text, environment)
  return { readsSecret: template.readsSecret, secrets: template.secrets, evaluate: (scope) => template.evaluate(scope) }
}

const listValue = (items: readonly TemplateValue[]): TemplateValue => ({
  readsSecret: items.some((item) => item.readsSecret),
  secrets: items.flatMap((item) => item.secrets),
  evaluate: (scope) => items.map((item) => item.evaluate(scope)),
})

const mapValue = (entries: readonly (readonly [string, TemplateValue])[]): TemplateValue => ({
  readsSecret: entries.some(([, member]) => member.readsSecret),
  secrets: entries.flatMap(([, member]) => member.secrets),
  evaluate: (scope) => new Map(entries.map(([key, member]) => [key, member.evaluate(scope)])),
})

/** @throws CelError for a value that nests too deep, or has too many elements: one list can be in it very often. */
export function assertValueSize(value: unknown, depth = 0, limit = { left: MAX_VALUE_ELEMENTS }): void {
  limit.left--
  if (limit.left < 0) throw new CelError(`value exceeds the limit of ${MAX_VALUE_ELEMENTS} elements`, 'budget')
  if (depth > configLimits.maxValueDepth)
    throw new CelError(`value nests deeper than the limit ${configLimits.maxValueDepth}`, 'budget')
  if (Array.isArray(value)) for (const item of value) assertValueSize(item, depth + 1, limit)
  else if (value instanceof Map) for (const member of value.values()) assertValueSize(member, depth + 1, limit)
}
