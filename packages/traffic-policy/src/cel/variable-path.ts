import { didYouMean } from '../nearest.ts'
import { CelCompileError } from './cel-error.ts'
import type { Compiled, Compiler, VariableNode } from './compiled.ts'
import type { Ast } from './syntax.ts'
import { DYN } from './types.ts'
import { zeroOf } from './values.ts'

/** `a.b['c']` as `a.b.c`; `undefined` for what is no plain path. */
export function pathOf(node: Ast): string | undefined {
  if (node.op === 'id') return node.args
  if (node.op !== '.' && node.op !== '[]') return undefined
  const parent = pathOf(node.args[0])
  const name = memberName(node)
  return parent === undefined || name === undefined ? undefined : `${parent}.${name}`
}

function memberName(node: Extract<Ast, { op: '.' | '[]' }>): string | undefined {
  if (node.op === '.') return node.args[1]
  const [, key] = node.args
  return key.op === 'value' && typeof key.args === 'string' ? key.args : undefined
}

/**
 * The variable or group that a path names, or `undefined` if it is none: a macro's own variable, or a field of a value.
 *
 * @throws CelCompileError for a name that its group does not have, or not in this phase.
 */
export function resolveVariable(node: Ast, compiler: Compiler): VariableNode | undefined {
  const variable = find(node, compiler)
  if (variable) assertAvailable(variable, node, compiler)
  return variable
}

function find(node: Ast, compiler: Compiler): VariableNode | undefined {
  const { variables } = compiler.environment
  if (node.op === 'id') return compiler.locals.has(node.args) ? undefined : own(variables, node.args)
  if (node.op !== '.' && node.op !== '[]') return undefined
  const name = memberName(node)
  const parent = find(node.args[0], compiler)
  if (parent?.members === undefined) return undefined
  const path = pathOf(node.args[0]) ?? ''
  if (name === undefined) {
    if (parent.read) return undefined
    throw new CelCompileError(`\`${path}\` is a group of variables: name one of them`, node.range)
  }
  const found = own(parent.members, name)
  if (!found) {
    const range = { start: node.op === '.' ? node.pos : node.start, end: node.end }
    throw new CelCompileError(`\`${path}\` has no \`${name}\`${didYouMean(name, Object.keys(parent.members))}`, range)
  }
  return found.phases || !parent.phases ? found : { ...found, phases: parent.phases }
}

const own = (members: Readonly<Record<string, VariableNode>>, name: string): VariableNode | undefined =>
  Object.hasOwn(members, name) ? members[name] : undefined

function assertAvailable(variable: VariableNode, node: Ast, { environment: { phase } }: Compiler): void {
  if (variable.phases && !variable.phases.includes(phase))
    throw new CelCompileError(`\`${pathOf(node)}\` is not available in ${phase}`, node.range)
}

export function compileVariable(variable: VariableNode, node: Ast, compiler: Compiler): Compiled {
  const { read, type = DYN } = variable
  if (!read) throw new CelCompileError(`\`${pathOf(node)}\` is a group of variables: name one of them`, node.range)
  if (variable.isSecret) compiler.notes.readsSecret = true
  const zero = zeroOf(type)
  return { type, run: ({ variables }) => read(variables) ?? zero }
}
