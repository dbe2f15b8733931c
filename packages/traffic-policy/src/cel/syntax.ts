import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js'
import { CelCompileError } from './cel-error.ts'
import { celLimits } from './limits.ts'

export type Ast = ASTNode
export type AstOf<Op extends Ast['op']> = Extract<Ast, { op: Op }>

const grammar = new Environment({
  limits: {
    maxAstNodes: celLimits.maxNodes,
    maxDepth: celLimits.maxDepth,
    maxListElements: 1000,
    maxMapEntries: 1000,
    maxCallArguments: 16,
  },
})

/**
 * The syntax tree of an expression. Only the parser of the library is used: its evaluator has regular expressions that take exponential
 * time, counts no work, and has no values that are both a string and an object.
 *
 * @throws CelCompileError
 */
export function parseExpression(source: string): Ast {
  if (source.length > celLimits.maxExpressionLength) {
    const size = `${source.length} characters exceeds the limit ${celLimits.maxExpressionLength}`
    throw new CelCompileError(`expression of ${size}`, { start: 0, end: source.length })
  }
  try {
    const { ast } = grammar.parse(source)
    assertDepth(ast)
    return ast
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    throw new CelCompileError(lowerFirst(error.summary), error.range ?? { start: 0, end: source.length }, {
      cause: error,
    })
  }
}

/** Left-deep chains of an operator nest without brackets, so the parser's own limit does not see them. */
function assertDepth(root: Ast): void {
  const open: [node: Ast, depth: number][] = [[root, 1]]
  for (let next = open.pop(); next; next = open.pop()) {
    const [node, depth] = next
    if (depth > celLimits.maxDepth)
      throw new CelCompileError(`expression nests deeper than the limit ${celLimits.maxDepth}`, node.range)
    for (const child of childrenOf(node)) {
      const isChained = child.op === node.op && (node.op === '&&' || node.op === '||')
      open.push([child, isChained ? depth : depth + 1])
    }
  }
}

function childrenOf(node: Ast): readonly Ast[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return []
    case '!_':
    case '-_':
      return [node.args]
    case '.':
    case '.?':
      return [node.args[0]]
    case 'call':
      return node.args[1]
    case 'rcall':
      return [node.args[1], ...node.args[2]]
    case 'map':
      return node.args.flat()
    default:
      return node.args
  }
}

const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1)
