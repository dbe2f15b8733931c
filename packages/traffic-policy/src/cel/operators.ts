import { addValues, arithmetic } from './arithmetic.ts'
import { CelCompileError } from './cel-error.ts'
import { compare, contains, equal } from './compare.ts'
import { type Compiled, type Compiler, constant, type Run } from './compiled.ts'
import { MIN_INT } from './integers.ts'
import { compileCondition } from './logic.ts'
import { spend } from './scope.ts'
import type { Ast, AstOf } from './syntax.ts'
import {
  BOOL,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  fits,
  INT,
  listOf,
  STRING,
  TIMESTAMP,
  typeName,
  unified,
} from './types.ts'

type BinaryAst = Exclude<
  Ast,
  {
    op:
      | 'value'
      | 'id'
      | '.'
      | '.?'
      | '[]'
      | '[?]'
      | 'call'
      | 'rcall'
      | 'list'
      | 'map'
      | '?:'
      | '||'
      | '&&'
      | '!_'
      | '-_'
  }
>

export function compileUnary(node: AstOf<'!_'> | AstOf<'-_'>, compiler: Compiler): Compiled {
  if (node.op === '!_') {
    const { run } = compileCondition(node.args, compiler)
    return { type: BOOL, run: (scope) => !run(scope) }
  }
  // The smallest int is one further from zero than the largest: it is only an int with its sign.
  if (node.args.op === 'value' && node.args.args === -MIN_INT) return constant(MIN_INT, INT)
  const operand = compiler.compile(node.args)
  if (!['int', 'double', 'dyn', 'duration'].includes(operand.type.kind))
    throw new CelCompileError(`"-" takes an int or double, got ${typeName(operand.type)}`, node.range)
  if (operand.constant) return constant(arithmetic.negate(operand.constant.value), operand.type)
  return { type: operand.type, run: (scope) => arithmetic.negate(operand.run(scope)) }
}

export function compileBinary(node: BinaryAst, compiler: Compiler): Compiled {
  const left = compiler.compile(node.args[0])
  const right = compiler.compile(node.args[1])
  switch (node.op) {
    case '==':
      return { type: BOOL, run: equality(left, right) }
    case '!=': {
      const same = equality(left, right)
      return { type: BOOL, run: (scope) => !same(scope) }
    }
    case 'in':
      return { type: BOOL, run: membership(left, right, node) }
    case '<':
    case '<=':
    case '>':
    case '>=':
      return { type: BOOL, run: ordering(node.op, left, right, node) }
    default:
      return compileArithmetic(node.op, left, right, node)
  }
}

function equality({ run: left, constant: known }: Compiled, right: Compiled): Run {
  const value = right.constant?.value
  if (typeof value === 'string') return (scope) => left(scope) === value
  if (typeof known?.value === 'string') return (scope) => right.run(scope) === known.value
  return (scope) => {
    const one = left(scope)
    const other = right.run(scope)
    return equal(one, other, (elements) => spend(scope, elements))
  }
}

function membership(value: Compiled, container: Compiled, node: BinaryAst): Run {
  const { kind } = container.type
  if (kind !== 'list' && kind !== 'map' && kind !== 'struct' && kind !== 'dyn')
    throw new CelCompileError(`"in" takes a list or map, got ${typeName(container.type)}`, node.args[1].range)
  const known = container.constant?.value
  if (Array.isArray(known) && value.type.kind === 'string') {
    const members = new Set(known)
    return (scope) => members.has(value.run(scope))
  }
  return (scope) => {
    const wanted = value.run(scope)
    return contains(container.run(scope), wanted, (elements) => spend(scope, elements))
  }
}

const ORDERED = new Set(['bool', 'string', 'bytes', 'timestamp', 'duration'])
const NUMBERS = new Set(['int', 'uint', 'double'])

function ordering(op: '<' | '<=' | '>' | '>=', left: Compiled, right: Compiled, node: BinaryAst): Run {
  if (!haveOrder(left.type, right.type))
    throw new CelCompileError(`${typeName(left.type)} and ${typeName(right.type)} have no order`, node.range)
  const one = left.run
  const other = right.run
  if (left.type.kind === 'int' && right.type.kind === 'int') {
    if (op === '<') return (scope) => (one(scope) as bigint) < (other(scope) as bigint)
    if (op === '<=') return (scope) => (one(scope) as bigint) <= (other(scope) as bigint)
    if (op === '>') return (scope) => (one(scope) as bigint) > (other(scope) as bigint)
    return (scope) => (one(scope) as bigint) >= (other(scope) as bigint)
  }
  if (op === '<') return (scope) => compare(one(scope), other(scope)) < 0
  if (op === '<=') return (scope) => compare(one(scope), other(scope)) <= 0
  if (op === '>') return (scope) => compare(one(scope), other(scope)) > 0
  return (scope) => compare(one(scope), other(scope)) >= 0
}

function haveOrder({ kind: one }: CelType, { kind: other }: CelType): boolean {
  if (one === 'dyn') return other === 'dyn' || ORDERED.has(other) || NUMBERS.has(other)
  if (other === 'dyn') return ORDERED.has(one) || NUMBERS.has(one)
  return NUMBERS.has(one) ? NUMBERS.has(other) : one === other && ORDERED.has(one)
}

function compileArithmetic(
  op: '+' | '-' | '*' | '/' | '%',
  left: Compiled,
  right: Compiled,
  node: BinaryAst,
): Compiled {
  const type = resultOf(op, left.type, right.type)
  if (type === undefined)
    throw new CelCompileError(`"${op}" does not take ${typeName(left.type)} and ${typeName(right.type)}`, node.range)
  const one = left.run
  const other = right.run
  const run: Run =
    op === '+'
      ? (scope) => addValues(scope, one(scope), other(scope))
      : (
          (calculate) => (scope) =>
            calculate(one(scope), other(scope))
        )(arithmetic[op])
  return { type, run }
}

/** `undefined` where the operator is not defined for the types. */
function resultOf(op: string, left: CelType, right: CelType): CelType | undefined {
  if (left.kind === 'dyn' || right.kind === 'dyn') return DYN
  const pair = `${left.kind} ${op} ${right.kind}`
  switch (pair) {
    case 'timestamp - timestamp':
    case 'duration + duration':
    case 'duration - duration':
      return DURATION
    case 'timestamp + duration':
    case 'timestamp - duration':
    case 'duration + timestamp':
      return TIMESTAMP
    case 'string + string':
      return STRING
    case 'bytes + bytes':
      return left
    case 'list + list':
      return fits(left, right) === 'yes' ? unified(left, right) : listOf(DYN)
    case 'double % double':
      return undefined
    default:
      return left.kind === right.kind && NUMBERS.has(left.kind) ? (left.kind === 'double' ? DOUBLE : left) : undefined
  }
}
