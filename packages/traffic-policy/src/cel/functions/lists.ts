import { CelError } from '../cel-error.ts'
import { compare, equal, mapKey } from '../compare.ts'
import { pureFunctions, scopedFunctions } from '../define-functions.ts'
import { indexOf } from '../integers.ts'
import { assertListLength, assertTextLength } from '../limits.ts'
import { sorted } from '../macros.ts'
import { type Scope, spend } from '../scope.ts'
import { type CelMap, kindOf } from '../values.ts'

type List = readonly unknown[]

function join(items: List, separator = ''): string {
  let length = 0
  for (const item of items) {
    if (typeof item !== 'string') throw new CelError(`join() takes a list of strings, got ${kindOf(item)} in it`)
    length += item.length + separator.length
  }
  assertTextLength(length)
  return items.join(separator)
}

function slice(items: List, from: bigint, to: bigint): List {
  const start = indexOf(from)
  const end = indexOf(to)
  if (start < 0 || end < start || end > items.length)
    throw new CelError(`slice ${from} to ${to} is outside the list of ${items.length}`)
  return items.slice(start, end)
}

function flatten(scope: Scope, items: List, depth = 1n): List {
  if (depth < 0n) throw new CelError('flatten() takes a depth of 0 or more')
  const flat: unknown[] = []
  const add = (list: List, left: number) => {
    for (const item of list) {
      spend(scope, 1)
      if (left > 0 && Array.isArray(item)) add(item, left - 1)
      else flat.push(item)
    }
    assertListLength(flat.length)
  }
  add(items, Math.min(Number(depth), 64))
  return flat
}

/** Texts and numbers are found in a set; only lists, maps and the like are compared with each other. */
function distinct(scope: Scope, items: List): List {
  const seen = new Set<unknown>()
  const kept: unknown[] = []
  const objects: unknown[] = []
  for (const item of items) {
    const key = mapKey(item)
    if (seen.has(key)) continue
    seen.add(key)
    if (typeof key === 'object' && key !== null) {
      spend(scope, objects.length)
      if (objects.some((other) => equal(other, item, (elements) => spend(scope, elements)))) continue
      objects.push(item)
    }
    kept.push(item)
  }
  return kept
}

function range(length: bigint): List {
  if (length < 0n) throw new CelError('lists.range() takes a length of 0 or more')
  assertListLength(Number(length))
  return Array.from({ length: Number(length) }, (_, at) => BigInt(at))
}

export const listFunctions = [
  ...pureFunctions({
    'size(list): int': (items: List) => BigInt(items.length),
    'list.size(): int': (items: List) => BigInt(items.length),
    'size(map): int': (map: CelMap) => BigInt(map.size),
    'map.size(): int': (map: CelMap) => BigInt(map.size),
    'list.join(): string': join,
    'list.join(string): string': join,
    'list<T>.slice(int, int): list<T>': slice,
    'lists.range(int): list<int>': range,
  }),
  ...scopedFunctions({
    'list.flatten(): list': flatten,
    'list.flatten(int): list': flatten,
    'list<T>.distinct(): list<T>': distinct,
    'list<T>.sort(): list<T>': (scope: Scope, items: List) => {
      if (items.length === 1) compare(items[0], items[0])
      return sorted(scope, items)
    },
  }),
]
