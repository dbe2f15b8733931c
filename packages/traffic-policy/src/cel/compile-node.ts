import { compileAccess, compileIdentifier, compileIndex } from './access.ts'
import { compileCall, compileMethodCall } from './calls.ts'
import { CelCompileError } from './cel-error.ts'
import type { Compiled, Compiler } from './compiled.ts'
import { compileList, compileLiteral, compileMap } from './literals.ts'
import { compileLogical, compileTernary } from './logic.ts'
import { compileBinary, compileUnary } from './operators.ts'
import type { Ast } from './syntax.ts'

export function compileNode(node: Ast, compiler: Compiler): Compiled {
  switch (node.op) {
    case 'value':
      return compileLiteral(node)
    case 'id':
      return compileIdentifier(node, compiler)
    case '.':
      return compileAccess(node, compiler)
    case '[]':
      return compileIndex(node, compiler)
    case 'call':
      return compileCall(node, compiler)
    case 'rcall':
      return compileMethodCall(node, compiler)
    case 'list':
      return compileList(node, compiler)
    case 'map':
      return compileMap(node, compiler)
    case '?:':
      return compileTernary(node, compiler)
    case '&&':
    case '||':
      return compileLogical(node, compiler)
    case '!_':
    case '-_':
      return compileUnary(node, compiler)
    case '.?':
    case '[?]':
      throw new CelCompileError('optional access is not supported', node.range)
    default:
      return compileBinary(node, compiler)
  }
}
