import { compileHas } from './access.ts'
import { CelCompileError, CelError } from './cel-error.ts'
import { type Compiled, type Compiler, constant, type Overload, type Run } from './compiled.ts'
import { assertListLength, assertTextLength, celLimits } from './limits.ts'
import { compileMacro, isMacro } from './macros.ts'
import { type Scope, spend } from './scope.ts'
import type { Ast, AstOf } from './syntax.ts'
import { BOOL, type CelType, type Fit, fits, substituted, typeName, unified, worse } from './types.ts'
import { isMap, isOfType, kindOf } from './values.ts'
import { resolveVariable } from './variable-path.ts'

export function compileCall(node: AstOf<'call'>, compiler: Compiler): Compiled {
  const [name, args] = node.args
  if (name === 'has' && args.length === 1) return { type: BOOL, run: compileHas(node, compiler) }
  return compileArguments(name, undefined, args, node, compiler)
}

export function compileMethodCall(node: AstOf<'rcall'>, compiler: Compiler): Compiled {
  const [name, receiver, args] = node.args
  if (isNamespace(receiver, compiler))
    return compileArguments(`${receiver.args}.${name}`, undefined, args, node, compiler)
  if (isMacro(name, args)) return compileMacro(name, receiver, args, node, compiler)
  return compileArguments(name, receiver, args, node, compiler)
}

/** `base64` of `base64.encode(…)`: a word that is no variable. */
function isNamespace(node: Ast, compiler: Compiler): node is AstOf<'id'> {
  return node.op === 'id' && !compiler.locals.has(node.args) && resolveVariable(node, compiler) === undefined
}

interface Match {
  readonly overload: Overload
  readonly fit: Fit
  readonly returns: CelType
}

function compileArguments(
  name: string,
  receiver: Ast | undefined,
  argumentNodes: readonly Ast[],
  node: Ast,
  compiler: Compiler,
): Compiled {
  const nodes = [...(receiver ? [receiver] : []), ...argumentNodes]
  const operands = nodes.map((argument) => compiler.compile(argument))
  // All headers or cookies as one text have the secret ones in it.
  const isSecret = nodes.some((argument) => resolveVariable(argument, compiler)?.secretKeys !== undefined)
  const overloads = overloadsOf(name, receiver !== undefined, node, compiler)
  const matches = overloads.map((overload) => matchOf(overload, operands)).filter(({ fit }) => fit !== 'no')
  if (matches.length === 0)
    throw new CelCompileError(noMatch(name, receiver !== undefined, operands, overloads), node.range)
  const type = matches.map((match) => match.returns).reduce(unified)
  const certain = matches[0]!.fit === 'yes' ? matches[0]! : undefined
  const constants = operands.map((operand) => operand.constant)
  if (isSecret || matches.some(({ overload }) => overload.isSecret?.(constants))) compiler.notes.readsSecret = true
  const secret = certain?.overload.secretOf?.(constants)
  if (secret) compiler.notes.secrets = [...compiler.notes.secrets, secret]
  const run = certain ? direct(certain.overload, operands, node) : dispatched(name, matches, operands)
  return foldConstants(certain?.overload, { type: certain?.returns ?? type, run }, operands)
}

function overloadsOf(name: string, isMethod: boolean, node: Ast, compiler: Compiler): readonly Overload[] {
  const { functions, phase } = compiler.environment
  const all = (functions.get(name) ?? []).filter((overload) => (overload.receiver !== undefined) === isMethod)
  if (all.length === 0)
    throw new CelCompileError(`there is no ${isMethod ? 'method' : 'function'} \`${name}\``, node.range)
  const available = all.filter((overload) => overload.phases?.includes(phase) ?? true)
  if (available.length === 0) throw new CelCompileError(`\`${name}\` is not available in ${phase}`, node.range)
  return available
}

function matchOf(overload: Overload, operands: readonly Compiled[]): Match {
  const wanted = overload.receiver ? [overload.receiver, ...overload.params] : overload.params
  const bindings = new Map<string, CelType>()
  const fit =
    wanted.length === operands.length
      ? wanted.reduce<Fit>((sum, type, at) => worse(sum, fits(operands[at]!.type, type, bindings)), 'yes')
      : 'no'
  return { overload, fit, returns: substituted(overload.returns, bindings) }
}

function noMatch(
  name: string,
  isMethod: boolean,
  operands: readonly Compiled[],
  overloads: readonly Overload[],
): string {
  const types = operands.map(({ type }) => typeName(type))
  const call = isMethod ? `${types[0]}.${name}(${types.slice(1).join(', ')})` : `${name}(${types.join(', ')})`
  return `there is no ${call}; there is ${overloads.map(({ signature }) => signature).join(', ')}`
}

function direct(overload: Overload, operands: readonly Compiled[], node: Ast): Run {
  const call = prepared(overload, operands, node) ?? overload.call
  const runs = operands.map((operand) => operand.run)
  const [first, second] = runs
  if (runs.length === 1) return (scope) => called(call, scope, [first!(scope)])
  if (runs.length === 2) return (scope) => called(call, scope, [first!(scope), second!(scope)])
  return (scope) =>
    called(
      call,
      scope,
      runs.map((run) => run(scope)),
    )
}

function prepared(overload: Overload, operands: readonly Compiled[], node: Ast): Overload['call'] | undefined {
  try {
    return overload.prepare?.(operands.map((operand) => operand.constant))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new CelCompileError(message, node.range, { cause: error })
  }
}

/** Types are only known from the values: the first overload that takes them is it. */
function dispatched(name: string, matches: readonly Match[], operands: readonly Compiled[]): Run {
  const candidates = matches.map(({ overload }) => ({
    call: overload.call,
    wanted: overload.receiver ? [overload.receiver, ...overload.params] : overload.params,
  }))
  return (scope) => {
    const values = operands.map((operand) => operand.run(scope))
    const found = candidates.find(({ wanted }) => wanted.every((type, at) => isOfType(values[at], type)))
    if (found) return called(found.call, scope, values)
    throw new CelError(`\`${name}\` does not take ${values.map((value) => kindOf(value)).join(', ')}`)
  }
}

/** Every call pays for what it reads and is bounded in what it makes. */
function called(call: Overload['call'], scope: Scope, values: readonly unknown[]): unknown {
  let steps = 1
  for (const value of values) {
    if (typeof value === 'string') steps += value.length >> 6
    else if (typeof value === 'object' && value !== null) steps += weightOf(value)
  }
  spend(scope, steps)
  const result = call(scope, values)
  if (typeof result === 'string') {
    assertTextLength(result.length)
    spend(scope, result.length >> 6)
  } else if (Array.isArray(result)) {
    assertListLength(result.length)
    spend(scope, result.length)
  }
  return result
}

function weightOf(value: object): number {
  if (Array.isArray(value)) return value.length
  if (value instanceof Uint8Array) return value.length >> 6
  return isMap(value) ? value.size : 0
}

function foldConstants(overload: Overload | undefined, compiled: Compiled, operands: readonly Compiled[]): Compiled {
  if (!overload?.isPure || !operands.every((operand) => operand.constant)) return compiled
  try {
    const scope = { variables: undefined as never, locals: [], steps: celLimits.maxSteps }
    return constant(compiled.run(scope), compiled.type)
  } catch {
    // It fails on every request, unless it is never reached: that is for the request to find out.
    return compiled
  }
}
