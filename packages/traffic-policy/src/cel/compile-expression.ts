import { CelCompileError } from './cel-error.ts'
import { compileNode } from './compile-node.ts'
import {
  type CelEnvironment,
  type Compiled,
  type Compiler,
  type Local,
  noSecrets,
  type SecretName,
} from './compiled.ts'
import { celLimits } from './limits.ts'
import { parseExpression } from './syntax.ts'
import { type CelType, fits, typeName } from './types.ts'

/** A type-checked expression of one phase. */
export interface CompiledExpression extends Compiled {
  readonly source: string
  /** It reads a secret, a credential or a cookie: its value is not to be shown. */
  readonly readsSecret: boolean
  /** Those that it names outright. */
  readonly secrets: readonly SecretName[]
}

/**
 * Compiles and type-checks one expression against the variables and functions of its phase.
 *
 * @param wanted What it must give; a `dyn` result is checked when it runs.
 * @throws CelCompileError with the place in `source`.
 */
export function compileExpression(source: string, environment: CelEnvironment, wanted?: CelType): CompiledExpression {
  const root = parseExpression(source)
  const notes: Compiler['notes'] = { readsSecret: false, secrets: noSecrets }
  const compiled = createCompiler(environment, new Map(), 0, notes).compile(root)
  if (wanted !== undefined && fits(compiled.type, wanted) === 'no')
    throw new CelCompileError(`expression must give ${typeName(wanted)}, gives ${typeName(compiled.type)}`, root.range)
  return { ...compiled, source, ...notes }
}

function createCompiler(
  environment: CelEnvironment,
  locals: ReadonlyMap<string, Local>,
  depth: number,
  notes: Compiler['notes'],
): Compiler {
  const compiler: Compiler = {
    environment,
    locals,
    notes,
    compile: (node) => compileNode(node, compiler),
    within(names, type, node) {
      if (depth >= celLimits.maxMacroDepth)
        throw new CelCompileError(`macros nest deeper than the limit ${celLimits.maxMacroDepth}`, node.range)
      const inner = new Map(locals)
      const slots = names.map((name, at) => {
        const slot = depth * 2 + at
        inner.set(name, { slot, type })
        return slot
      })
      return { compiler: createCompiler(environment, inner, depth + 1, notes), slots }
    },
  }
  return compiler
}
