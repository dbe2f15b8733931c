import { CelCompileError, CelError } from './cel-error.ts'
import { mapKey } from './compare.ts'
import { type Compiled, type Compiler, constant, type VariableNode } from './compiled.ts'
import { indexOf } from './integers.ts'
import type { Ast, AstOf } from './syntax.ts'
import { type CelType, DYN, isTypeWord, TYPE, typeName } from './types.ts'
import { isMap, kindOf, LazyMap, TypeValue } from './values.ts'
import { compileVariable, pathOf, resolveVariable } from './variable-path.ts'

export function compileIdentifier(node: AstOf<'id'>, compiler: Compiler): Compiled {
  const local = compiler.locals.get(node.args)
  if (local) return { type: local.type, run: (scope) => scope.locals[local.slot] }
  const variable = resolveVariable(node, compiler)
  if (variable) return compileVariable(variable, node, compiler)
  if (isTypeWord(node.args) && node.args.length > 1) return constant(new TypeValue(node.args), TYPE)
  throw new CelCompileError(`\`${node.args}\` is not a variable`, node.range)
}

export function compileAccess(node: AstOf<'.'>, compiler: Compiler): Compiled {
  const variable = resolveVariable(node, compiler)
  if (variable) return compileVariable(variable, node, compiler)
  const [object, name] = node.args
  noteSecretKey(object, name, compiler)
  return member(compiler.compile(object), name, node, compiler.environment.strictMaps)
}

export function compileIndex(node: AstOf<'[]'>, compiler: Compiler): Compiled {
  const variable = resolveVariable(node, compiler)
  if (variable) return compileVariable(variable, node, compiler)
  const [object, keyNode] = node.args
  const container = compiler.compile(object)
  const key = compiler.compile(keyNode)
  noteSecretKey(object, key.constant?.value, compiler)
  if (typeof key.constant?.value === 'string' && container.type.kind !== 'list')
    return member(container, key.constant.value, node, compiler.environment.strictMaps)
  const type = elementType(container.type, key.type, node)
  const { strictMaps } = compiler.environment
  return { type, run: (scope) => elementOf(container.run(scope), key.run(scope), strictMaps) }
}

/** A field of a request that holds a credential, or one whose name is only known later. */
function noteSecretKey(object: Ast, key: unknown, compiler: Compiler): void {
  const keys = resolveVariable(object, compiler)?.secretKeys
  if (keys && (typeof key !== 'string' || keys.has(key.toLowerCase()))) compiler.notes.readsSecret = true
}

function member(object: Compiled, name: string, node: Ast, strictMaps: boolean): Compiled {
  const type = memberType(object.type, name, node)
  const { run } = object
  return {
    type,
    run(scope) {
      const value = run(scope)
      if (!isMap(value)) throw new CelError(`${kindOf(value)} has no field ${name}`)
      return fieldOf(value, name, strictMaps)
    },
  }
}

function memberType(type: CelType, name: string, node: Ast): CelType {
  if (type.kind === 'dyn') return DYN
  if (type.kind === 'map') return type.of
  if (type.kind !== 'struct') throw new CelCompileError(`${typeName(type)} has no field ${name}`, node.range)
  const field = type.fields[name]
  if (field) return field
  throw new CelCompileError(
    `${type.name} has no field ${name}; it has ${Object.keys(type.fields).join(', ')}`,
    node.range,
  )
}

function elementType(container: CelType, key: CelType, node: AstOf<'[]'>): CelType {
  if (container.kind === 'dyn') return DYN
  if (container.kind === 'list') {
    if (key.kind === 'int' || key.kind === 'dyn') return container.of
    throw new CelCompileError(`a list index is an int, got ${typeName(key)}`, node.args[1].range)
  }
  if (container.kind === 'map') return container.of
  if (container.kind === 'struct') return DYN
  throw new CelCompileError(`${typeName(container)} has no elements`, node.range)
}

function fieldOf(map: { get(key: unknown): unknown }, key: unknown, strictMaps: boolean): unknown {
  const value = map.get(key)
  if (value !== undefined) return value
  if (map instanceof LazyMap && !strictMaps) return map.absent
  throw new CelError(`no such key: ${String(key).slice(0, 64)}`)
}

/** Values that stand for a header, cookie or query parameter that is not there: their first element is empty. Reference §2.6 */
const softLists = new WeakMap<readonly unknown[], unknown>()

/** A list for absent values, whose element 0 can be read all the same. */
export function softList(first: unknown): readonly unknown[] {
  const list = Object.freeze([])
  softLists.set(list, first)
  return list
}

function elementOf(container: unknown, key: unknown, strictMaps: boolean): unknown {
  if (Array.isArray(container)) return itemOf(container, key)
  if (isMap(container)) return fieldOf(container, mapKey(key), strictMaps)
  throw new CelError(`${kindOf(container)} has no elements`)
}

function itemOf(list: readonly unknown[], key: unknown): unknown {
  const index = typeof key === 'number' && Number.isInteger(key) ? BigInt(key) : key
  if (typeof index !== 'bigint') throw new CelError(`a list index is an int, got ${kindOf(key)}`)
  const at = indexOf(index)
  if (at >= 0 && at < list.length) return list[at]
  if (at === 0 && softLists.has(list)) return softLists.get(list)
  throw new CelError(`index ${index} is outside the list of ${list.length}`)
}

/** `has(e.f)` and `has(e['f'])`. */
export function compileHas(node: AstOf<'call'>, compiler: Compiler): Compiled['run'] {
  const argument = node.args[1][0]!
  if (argument.op !== '.' && argument.op !== '[]')
    throw new CelCompileError('has() takes a field, as in has(vars.name)', argument.range)
  const variable = resolveVariable(argument, compiler)
  if (variable) return ({ variables }) => isPresent(variable, variables)
  const [object, key] = argument.args
  const container = compiler.compile(object)
  const name = typeof key === 'string' ? key : compiler.compile(key).constant?.value
  if (name === undefined)
    throw new CelCompileError(`has() takes a constant key of ${pathOf(object) ?? 'its map'}`, argument.range)
  if (container.type.kind !== 'list') memberType(container.type, String(name), argument)
  return (scope) => {
    const value = container.run(scope)
    if (Array.isArray(value)) return typeof name === 'bigint' && indexOf(name) >= 0 && indexOf(name) < value.length
    return isMap(value) && value.has(mapKey(name))
  }
}

function isPresent(variable: VariableNode, variables: Parameters<NonNullable<VariableNode['read']>>[0]): boolean {
  if (variable.read) return variable.read(variables) !== undefined
  return variable.isPresent?.(variables) ?? true
}
