import type { CelType } from './types.ts'

/**
 * What expressions compute with: `bool` boolean, `int` bigint, `uint` {@link Uint}, `double` number, `string` string, `bytes` Uint8Array,
 * `list` array, `map` {@link CelMap}, `null` null, `timestamp` {@link Timestamp}, `duration` {@link Duration}, `type` {@link TypeValue}.
 * Maps are never plain objects: no key of a document or a request can reach a prototype.
 */
export type CelValue = unknown

/** What `Map` has of it is enough; maps over a request's fields are made on demand. */
export interface CelMap {
  readonly size: number
  get(key: unknown): unknown
  has(key: unknown): boolean
  keys(): IterableIterator<unknown>
}

/** A map that is not a `Map`. */
export abstract class LazyMap implements CelMap {
  abstract readonly size: number
  abstract get(key: unknown): unknown
  abstract has(key: unknown): boolean
  abstract keys(): IterableIterator<unknown>
  /** What a key that is not there gives, unless maps are strict. Reference §2.6 */
  readonly absent: unknown
  constructor(absent: unknown) {
    this.absent = absent
  }
}

export const isMap = (value: unknown): value is CelMap => value instanceof Map || value instanceof LazyMap

export class Uint {
  readonly value: bigint
  constructor(value: bigint) {
    this.value = value
  }
}

export class Timestamp {
  /** Milliseconds since 1970, UTC. */
  readonly ms: number
  constructor(ms: number) {
    this.ms = ms
  }
}

export class Duration {
  readonly nanos: bigint
  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

export class TypeValue {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** The empty time, as Go writes it: 0001-01-01T00:00:00Z. */
const ZERO_TIME = new Timestamp(-62_135_596_800_000)
const EMPTY_MAP: CelMap = new Map()

/** The kind of a value at run time. */
export function kindOf(value: CelValue): Exclude<CelType['kind'], 'struct' | 'param' | 'dyn'> {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'bigint':
      return 'int'
    case 'number':
      return 'double'
    case 'boolean':
      return 'bool'
    default:
      return kindOfObject(value)
  }
}

function kindOfObject(value: CelValue) {
  if (Array.isArray(value)) return 'list'
  if (isMap(value)) return 'map'
  if (value instanceof Uint) return 'uint'
  if (value instanceof Uint8Array) return 'bytes'
  if (value instanceof Timestamp) return 'timestamp'
  if (value instanceof Duration) return 'duration'
  if (value instanceof TypeValue) return 'type'
  return 'null_type'
}

/** Whether a value is of a type, elements too. */
export function isOfType(value: CelValue, type: CelType): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'param':
      return true
    case 'list':
      return Array.isArray(value) && (isAny(type.of) || value.every((item) => isOfType(item, type.of)))
    case 'map':
    case 'struct':
      return isMap(value)
    default:
      return kindOf(value) === type.kind
  }
}

const isAny = (type: CelType): boolean => type.kind === 'dyn' || type.kind === 'param'

/** What a variable without data is. Reference §2.6 */
export function zeroOf(type: CelType): CelValue {
  switch (type.kind) {
    case 'bool':
      return false
    case 'int':
      return 0n
    case 'uint':
      return new Uint(0n)
    case 'double':
      return 0
    case 'string':
      return ''
    case 'bytes':
      return new Uint8Array()
    case 'list':
      return []
    case 'map':
      return EMPTY_MAP
    case 'struct':
      return new Map(Object.entries(type.fields).map(([name, field]) => [name, zeroOf(field)]))
    case 'timestamp':
      return ZERO_TIME
    case 'duration':
      return new Duration(0n)
    default:
      return null
  }
}
