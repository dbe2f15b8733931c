import { CelCompileError, CelError } from './cel-error.ts'
import { mapKey } from './compare.ts'
import { type Compiled, type Compiler, constant } from './compiled.ts'
import { MAX_INT } from './integers.ts'
import type { AstOf } from './syntax.ts'
import { BOOL, BYTES, type CelType, DOUBLE, DYN, INT, listOf, mapOf, NULL, STRING, UINT, unified } from './types.ts'
import { kindOf, Uint } from './values.ts'

export function compileLiteral(node: AstOf<'value'>): Compiled {
  const value = node.args
  switch (typeof value) {
    case 'string':
      return constant(value, STRING)
    case 'number':
      return constant(value, DOUBLE)
    case 'boolean':
      return constant(value, BOOL)
    case 'bigint':
      if (value > MAX_INT) throw new CelCompileError(`${value} exceeds the largest int`, node.range)
      return constant(value, INT)
    default:
      if (value === null) return constant(null, NULL)
      if (value instanceof Uint8Array) return constant(utf8Literal(node, value), BYTES)
      return constant(new Uint(BigInt(value.toString())), UINT)
  }
}

/** The parser keeps the low byte of each character of `b'é'`; CEL means its UTF-8. */
function utf8Literal(node: AstOf<'value'>, parsed: Uint8Array): Uint8Array {
  const written = node.input.slice(node.start, node.end)
  return /\P{ASCII}/u.test(written) && !written.includes('\\')
    ? Buffer.from(written.replace(/^[^'"]*('''|"""|'|")|('''|"""|'|")$/g, ''), 'utf8')
    : parsed
}

export function compileList(node: AstOf<'list'>, compiler: Compiler): Compiled {
  const items = node.args.map((item) => compiler.compile(item))
  const of = items.reduce<CelType | undefined>((type, item) => (type ? unified(type, item.type) : item.type), undefined)
  const type = listOf(of ?? DYN)
  if (items.every((item) => item.constant))
    return constant(Object.freeze(items.map((item) => item.constant?.value)), type)
  const runs = items.map((item) => item.run)
  return { type, run: (scope) => runs.map((run) => run(scope)) }
}

export function compileMap(node: AstOf<'map'>, compiler: Compiler): Compiled {
  const entries = node.args.map(([key, value]) => [compiler.compile(key), compiler.compile(value)] as const)
  const keyType = entries.reduce<CelType | undefined>(
    (type, [key]) => (type ? unified(type, key.type) : key.type),
    undefined,
  )
  const of = entries.reduce<CelType | undefined>(
    (type, [, value]) => (type ? unified(type, value.type) : value.type),
    undefined,
  )
  return {
    type: mapOf(keyType ?? DYN, of ?? DYN),
    run(scope) {
      const made = new Map<unknown, unknown>()
      for (const [key, value] of entries) {
        const name = mapKey(key.run(scope))
        assertKey(name)
        if (made.has(name)) throw new CelError(`map has the key ${String(name)} twice`)
        made.set(name, value.run(scope))
      }
      return made
    },
  }
}

function assertKey(key: unknown): void {
  if (typeof key !== 'string' && typeof key !== 'bigint' && typeof key !== 'boolean')
    throw new CelError(`a map key is a string, int, uint or bool, got ${kindOf(key)}`)
}
