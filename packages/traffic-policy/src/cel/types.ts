/** Types of the dialect as the checker knows them. A `struct` is a map with known keys; a `param` stands for any type in a signature. */
export type CelType =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'list'; readonly of: CelType }
  | { readonly kind: 'map'; readonly key: CelType; readonly of: CelType }
  | { readonly kind: 'struct'; readonly name: string; readonly fields: Readonly<Record<string, CelType>> }
  | { readonly kind: 'param'; readonly name: string }

export type ScalarKind = (typeof scalarKinds)[number]

const scalarKinds = [
  'bool',
  'int',
  'uint',
  'double',
  'string',
  'bytes',
  'timestamp',
  'duration',
  'null_type',
  'type',
  'dyn',
] as const

const scalars: ReadonlyMap<string, CelType> = new Map(scalarKinds.map((kind) => [kind, { kind }]))
const scalar = (kind: ScalarKind): CelType => scalars.get(kind)!

export const BOOL = scalar('bool')
export const INT = scalar('int')
export const UINT = scalar('uint')
export const DOUBLE = scalar('double')
export const STRING = scalar('string')
export const BYTES = scalar('bytes')
export const TIMESTAMP = scalar('timestamp')
export const DURATION = scalar('duration')
export const NULL = scalar('null_type')
export const TYPE = scalar('type')
export const DYN = scalar('dyn')

export const listOf = (of: CelType): CelType => ({ kind: 'list', of })
export const mapOf = (key: CelType, of: CelType): CelType => ({ kind: 'map', key, of })
export const structOf = (name: string, fields: Record<string, CelType>): CelType => ({
  kind: 'struct',
  name,
  fields: Object.assign(Object.create(null), fields),
})
export const STRINGS = listOf(STRING)

/** Whether a word begins a type: the receiver of a method in a signature, rather than a namespace. */
export const isTypeWord = (word: string): boolean => scalars.has(word) || /^(list|map)\b|^[A-Z]$/.test(word)

/** Reads `string`, `list<string>`, `map<string, dyn>`, `list` (of anything), `T`. */
export function parseType(text: string): CelType {
  const known = scalars.get(text)
  if (known) return known
  if (/^[A-Z]$/.test(text)) return { kind: 'param', name: text }
  if (text === 'list') return listOf(DYN)
  if (text === 'map') return mapOf(DYN, DYN)
  const generic = /^(list|map)<(.+)>$/.exec(text)
  if (!generic) throw new Error(`unknown type ${text}`)
  if (generic[1] === 'list') return listOf(parseType(generic[2]!))
  const comma = generic[2]!.indexOf(',')
  return mapOf(parseType(generic[2]!.slice(0, comma).trim()), parseType(generic[2]!.slice(comma + 1).trim()))
}

export function typeName(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return type.of.kind === 'dyn' ? 'list' : `list<${typeName(type.of)}>`
    case 'map':
      return type.of.kind === 'dyn' ? 'map' : `map<${typeName(type.key)}, ${typeName(type.of)}>`
    case 'struct':
    case 'param':
      return type.name
    default:
      return type.kind
  }
}

/** `maybe`: only the value tells, at run time. */
export type Fit = 'yes' | 'maybe' | 'no'

/** Whether a value of type `actual` can be given where `wanted` is asked for. `bindings` collects what type parameters stand for. */
export function fits(actual: CelType, wanted: CelType, bindings: Map<string, CelType> = new Map()): Fit {
  if (wanted.kind === 'dyn') return 'yes'
  if (wanted.kind === 'param') {
    const bound = bindings.get(wanted.name)
    if (bound !== undefined) return fits(actual, bound, bindings)
    bindings.set(wanted.name, actual)
    return 'yes'
  }
  if (actual.kind === 'dyn') return 'maybe'
  if (wanted.kind === 'list' && actual.kind === 'list') return fits(actual.of, wanted.of, bindings)
  if (wanted.kind === 'map' && actual.kind === 'struct') return 'yes'
  if (wanted.kind === 'map' && actual.kind === 'map')
    return worse(fits(actual.key, wanted.key, bindings), fits(actual.of, wanted.of, bindings))
  if (wanted.kind === 'struct' && actual.kind === 'struct') return wanted.name === actual.name ? 'yes' : 'no'
  return wanted.kind === actual.kind ? 'yes' : 'no'
}

export const worse = (one: Fit, other: Fit): Fit =>
  one === 'no' || other === 'no' ? 'no' : one === 'maybe' || other === 'maybe' ? 'maybe' : 'yes'

/** A signature's type with its parameters replaced; one that is not bound can be anything. */
export function substituted(type: CelType, bindings: ReadonlyMap<string, CelType>): CelType {
  if (type.kind === 'param') return bindings.get(type.name) ?? DYN
  if (type.kind === 'list') return listOf(substituted(type.of, bindings))
  if (type.kind === 'map') return mapOf(substituted(type.key, bindings), substituted(type.of, bindings))
  return type
}

/** The type of a value that is one or the other. */
export function unified(one: CelType, other: CelType): CelType {
  if (one === other) return one
  if (one.kind === 'list' && other.kind === 'list') return listOf(unified(one.of, other.of))
  if (one.kind === 'map' && other.kind === 'map') return mapOf(unified(one.key, other.key), unified(one.of, other.of))
  if (one.kind === 'struct' && other.kind === 'struct' && one.name === other.name) return one
  return one.kind === other.kind && scalars.has(one.kind) ? one : DYN
}
