import { CelCompileError, CelError } from './cel-error.ts'
import type { Compiled, Compiler, Run } from './compiled.ts'
import type { Scope } from './scope.ts'
import type { Ast, AstOf } from './syntax.ts'
import { BOOL, fits, typeName, unified } from './types.ts'
import { kindOf } from './values.ts'

/** A condition of a boolean operator; a `dyn` is checked when it runs. */
export function compileCondition(node: Ast, compiler: Compiler): Compiled {
  const compiled = compiler.compile(node)
  const fit = fits(compiled.type, BOOL)
  if (fit === 'no') throw new CelCompileError(`expected bool, got ${typeName(compiled.type)}`, node.range)
  return fit === 'yes' ? compiled : { ...compiled, type: BOOL, run: (scope) => asBool(compiled.run(scope)) }
}

export function asBool(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw new CelError(`expected bool, got ${kindOf(value)}`)
}

export function compileTernary(node: AstOf<'?:'>, compiler: Compiler): Compiled {
  const condition = compileCondition(node.args[0], compiler).run
  const yes = compiler.compile(node.args[1])
  const no = compiler.compile(node.args[2])
  return { type: unified(yes.type, no.type), run: (scope) => (condition(scope) ? yes.run(scope) : no.run(scope)) }
}

/** `&&` and `||` of a whole chain: an operand that decides wins over one that fails, on either side. Reference §2.1 */
export function compileLogical(node: AstOf<'&&'> | AstOf<'||'>, compiler: Compiler): Compiled {
  const decisive = node.op === '||'
  const runs = operandsOf(node).map((operand) => compileCondition(operand, compiler).run)
  const [first, second] = runs as [Run, Run]
  if (runs.length > 2) return { type: BOOL, run: (scope) => anyDecides(runs, 0, decisive, scope) }
  return {
    type: BOOL,
    run(scope) {
      let left: unknown
      try {
        left = first(scope)
      } catch (error) {
        return absorb(error, [second], 0, decisive, scope)
      }
      return left === decisive ? decisive : second(scope)
    },
  }
}

function operandsOf(node: AstOf<'&&'> | AstOf<'||'>): Ast[] {
  const operands: Ast[] = []
  let rest: Ast = node
  while (rest.op === node.op) {
    const [left, right] = rest.args as readonly [Ast, Ast]
    operands.unshift(right)
    rest = left
  }
  operands.unshift(rest)
  return operands
}

function anyDecides(runs: readonly Run[], from: number, decisive: boolean, scope: Scope): boolean {
  for (let at = from; at < runs.length; at++) {
    try {
      if (runs[at]!(scope) === decisive) return decisive
    } catch (error) {
      return absorb(error, runs, at + 1, decisive, scope)
    }
  }
  return !decisive
}

function absorb(error: unknown, runs: readonly Run[], from: number, decisive: boolean, scope: Scope): boolean {
  if (!(error instanceof CelError) || error.kind === 'budget') throw error
  if (anyDecides(runs, from, decisive, scope) === decisive) return decisive
  throw error
}
