import { CelCompileError, CelError } from './cel-error.ts'
import { compare } from './compare.ts'
import type { Compiled, Compiler, Run } from './compiled.ts'
import { celLimits } from './limits.ts'
import { asBool, compileCondition } from './logic.ts'
import { type Scope, spend } from './scope.ts'
import type { Ast } from './syntax.ts'
import { BOOL, type CelType, DYN, listOf, typeName } from './types.ts'
import { isMap, kindOf } from './values.ts'

const ARITIES: Readonly<Record<string, readonly number[]>> = {
  all: [2],
  exists: [2],
  exists_one: [2],
  filter: [2],
  map: [2, 3],
  sortBy: [2],
  sort: [3],
}

/** Whether a method call binds a variable. `x.sort()` without one is a function. */
export const isMacro = (name: string, args: readonly Ast[]): boolean =>
  Object.hasOwn(ARITIES, name) && ARITIES[name]!.includes(args.length)

/** What a macro does to the elements: its body runs with one of them in a local. */
interface Loop {
  readonly items: (scope: Scope) => readonly unknown[]
  readonly slot: number
}

export function compileMacro(name: string, range: Ast, args: readonly Ast[], node: Ast, compiler: Compiler): Compiled {
  const iterated = compiler.compile(range)
  const itemType = itemTypeOf(iterated.type, range)
  const variables = args.slice(0, name === 'sort' ? 2 : 1).map(variableName)
  const { compiler: inner, slots } = compiler.within(variables, itemType, node)
  const loop: Loop = { items: (scope) => itemsOf(iterated.run(scope)), slot: slots[0]! }
  switch (name) {
    case 'all':
      return { type: BOOL, run: quantified(loop, compileCondition(args[1]!, inner).run, false) }
    case 'exists':
      return { type: BOOL, run: quantified(loop, compileCondition(args[1]!, inner).run, true) }
    case 'exists_one': {
      const kept = filtered(loop, compileCondition(args[1]!, inner).run)
      return { type: BOOL, run: (scope) => kept(scope).length === 1 }
    }
    case 'filter':
      return { type: listOf(itemType), run: filtered(loop, compileCondition(args[1]!, inner).run) }
    case 'map':
      return compileMap(loop, args, inner)
    case 'sortBy':
      return { type: listOf(itemType), run: sortedBy(loop, inner.compile(args[1]!).run) }
    default:
      return { type: listOf(itemType), run: sortedWith(loop, slots[1]!, inner.compile(args[2]!).run) }
  }
}

function variableName(node: Ast): string {
  if (node.op === 'id') return node.args
  throw new CelCompileError('a macro takes the name of its variable first', node.range)
}

function itemTypeOf(type: CelType, node: Ast): CelType {
  if (type.kind === 'list') return type.of
  if (type.kind === 'map') return type.key
  if (type.kind === 'struct') return { kind: 'string' }
  if (type.kind === 'dyn') return DYN
  throw new CelCompileError(`a macro takes a list or map, got ${typeName(type)}`, node.range)
}

function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (isMap(value)) return [...value.keys()]
  throw new CelError(`a macro takes a list or map, got ${kindOf(value)}`)
}

/** `all` stops at false, `exists` at true; an element that fails only counts where none decides. Reference §2.1 */
function quantified({ items, slot }: Loop, body: Run, decisive: boolean): Run {
  return (scope) => {
    let failure: unknown
    const list = items(scope)
    // Without an iterator: this is what rules about headers do.
    for (let at = 0; at < list.length; at++) {
      spend(scope, 1)
      scope.locals[slot] = list[at]
      try {
        if (asBool(body(scope)) === decisive) return decisive
      } catch (error) {
        if (!(error instanceof CelError) || error.kind === 'budget') throw error
        failure ??= error
      }
    }
    if (failure !== undefined) throw failure
    return !decisive
  }
}

function filtered({ items, slot }: Loop, body: Run): (scope: Scope) => readonly unknown[] {
  return (scope) => {
    const kept: unknown[] = []
    for (const item of items(scope)) {
      spend(scope, 1)
      scope.locals[slot] = item
      if (asBool(body(scope))) kept.push(item)
    }
    return kept
  }
}

function compileMap({ items, slot }: Loop, args: readonly Ast[], compiler: Compiler): Compiled {
  const condition = args.length === 3 ? compileCondition(args[1]!, compiler).run : undefined
  const made = compiler.compile(args.at(-1)!)
  return {
    type: listOf(made.type),
    run(scope) {
      const results: unknown[] = []
      for (const item of items(scope)) {
        spend(scope, 1)
        scope.locals[slot] = item
        if (condition === undefined || condition(scope)) results.push(made.run(scope))
      }
      return results
    },
  }
}

function sortedBy({ items, slot }: Loop, key: Run): Run {
  return (scope) => {
    const keyed = items(scope).map((item) => {
      spend(scope, 1)
      scope.locals[slot] = item
      return { item, key: key(scope) }
    })
    return keyed.sort((one, other) => compareCounted(scope, one.key, other.key)).map(({ item }) => item)
  }
}

/** The comparator gives whether the first belongs before the second, or a number whose sign says it. */
function sortedWith({ items, slot }: Loop, otherSlot: number, comparator: Run): Run {
  const order = (scope: Scope, one: unknown, other: unknown): unknown => {
    spend(scope, 1)
    scope.locals[slot] = one
    scope.locals[otherSlot] = other
    return comparator(scope)
  }
  return (scope) =>
    [...items(scope)].sort((one, other) => {
      const result = order(scope, one, other)
      if (typeof result === 'bigint') return result < 0n ? -1 : result > 0n ? 1 : 0
      return asBool(result) ? -1 : order(scope, other, one) === true ? 1 : 0
    })
}

function compareCounted(scope: Scope, one: unknown, other: unknown): number {
  spend(scope, 1)
  return compare(one, other)
}

/** Sorts a list of one type. */
export function sorted(scope: Scope, items: readonly unknown[]): unknown[] {
  if (items.length > celLimits.maxListLength) throw new CelError('list is too long to sort', 'budget')
  return [...items].sort((one, other) => compareCounted(scope, one, other))
}
