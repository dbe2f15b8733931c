import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import ts from 'typescript'
import { root, sourcesOf, workspacePackages } from './workspace.ts'

/** The codes that sources raise, and the places where a number could not be followed to its value. */
export interface RaisedCodes {
  codes: ReadonlySet<string>
  unclear: readonly string[]
}

/**
 * Every error code of the product. A code stands in the sources as a text, as the first argument of a `TunnelError`, or as `number:` of
 * what a visitor is answered. A number that comes in by a parameter is looked for at the calls.
 */
export function raisedCodes(): RaisedCodes {
  const files = workspacePackages()
    .filter(({ name }) => name !== '@tunnel/testkit')
    .flatMap((one) => sourcesOf(one))
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true))
  const calls = callsIn(files)
  const codes = new Set<string>()
  const unclear: string[] = []
  for (const file of files) {
    forEachNode(file, (node) => {
      if (ts.isStringLiteralLike(node)) for (const code of codesOfText(node.text)) codes.add(code)
      if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name))
        for (const code of codesOfText(node.name.text)) codes.add(code)
      const given = numberOfErrorIn(node)
      if (!given) return
      const numbers = numbersOf(given, calls)
      for (const number of numbers) codes.add(`ERR_TUNNEL_${number}`)
      if (numbers.length === 0) unclear.push(`${relative(root, file.fileName)}: ${given.getText()}`)
    })
  }
  return { codes, unclear }
}

/** Those of Node and of OpenSSL look like ours. `ERR_TOO_LARGE` is a reason that no error has as its code. */
const FOREIGN = /^ERR_(?:HTTP2|SSL|TLS)_|^ERR_(?:BUFFER_)?TOO_LARGE$|^ERR_MODULE_NOT_FOUND$/

export function codesOfText(text: string): string[] {
  const named = text.match(/\bERR_(?:TUNNEL_[1-9]\d*|(?!TUNNEL)[A-Z0-9_]*[A-Z])\b/g) ?? []
  return named.filter((code) => !FOREIGN.test(code))
}

type Call = ts.CallExpression | ts.NewExpression

/** What says which error it is, if the node makes one. */
function numberOfErrorIn(node: ts.Node): ts.Expression | undefined {
  if (ts.isNewExpression(node) && node.expression.getText() === 'TunnelError') return node.arguments?.[0]
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword)
    return superNameOf(node) === 'TunnelError' ? node.arguments[0] : undefined
  const isNumber = ts.isPropertyAssignment(node) && node.name.getText() === 'number'
  return isNumber && ts.isNumericLiteral(node.initializer) ? node.initializer : undefined
}

function superNameOf(node: ts.Node): string | undefined {
  const owner = ts.findAncestor(node, ts.isClassDeclaration)
  return owner?.heritageClauses?.[0]?.types[0]?.expression.getText()
}

/** Follows an expression to the numbers that it can have. */
function numbersOf(node: ts.Expression, calls: ReadonlyMap<string, Call[]>): string[] {
  if (ts.isNumericLiteral(node)) return [node.text]
  if (ts.isConditionalExpression(node)) return [...numbersOf(node.whenTrue, calls), ...numbersOf(node.whenFalse, calls)]
  if (ts.isObjectLiteralExpression(node))
    return node.properties.flatMap((one) => (ts.isPropertyAssignment(one) ? numbersOf(one.initializer, calls) : []))
  if (ts.isElementAccessExpression(node)) return numbersOf(node.expression, calls)
  if (ts.isPropertyAccessExpression(node)) return numbersAssigned(node, calls)
  if (!ts.isIdentifier(node)) return []
  const declaration = declarationOf(node)
  if (declaration && ts.isParameter(declaration)) return numbersPassed(declaration, calls)
  return declaration?.initializer ? numbersOf(declaration.initializer, calls) : []
}

/** `this.#number` has what the class gives it. */
function numbersAssigned(node: ts.PropertyAccessExpression, calls: ReadonlyMap<string, Call[]>): string[] {
  const numbers: string[] = []
  forEachNode(node.getSourceFile(), (one) => {
    if (!ts.isBinaryExpression(one) || one.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return
    if (one.left.getText() === node.getText()) numbers.push(...numbersOf(one.right, calls))
  })
  return numbers
}

/** A parameter has what its function is called with. */
function numbersPassed(parameter: ts.ParameterDeclaration, calls: ReadonlyMap<string, Call[]>): string[] {
  const owner = parameter.parent
  const name = ts.isConstructorDeclaration(owner)
    ? owner.parent.name?.text
    : (owner.name?.getText() ?? (ts.isVariableDeclaration(owner.parent) ? owner.parent.name.getText() : undefined))
  const at = owner.parameters.indexOf(parameter as never)
  const home = packageOf(owner)
  return (calls.get(name ?? '') ?? []).flatMap((call) => {
    const given = packageOf(call) === home ? call.arguments?.[at] : undefined
    return given ? numbersOf(given, calls) : []
  })
}

function declarationOf(use: ts.Identifier): ts.VariableDeclaration | ts.ParameterDeclaration | undefined {
  for (let scope: ts.Node = use.parent; scope; scope = scope.parent) {
    let found: ts.VariableDeclaration | ts.ParameterDeclaration | undefined
    const look = (node: ts.Node): void => {
      const declares = (ts.isVariableDeclaration(node) || ts.isParameter(node)) && node.name.getText() === use.text
      if (declares) found ??= node
      else if (!ts.isFunctionLike(node)) ts.forEachChild(node, look)
    }
    ts.forEachChild(scope, look)
    if (found) return found
  }
  return undefined
}

/** Calls by the name of what is called. */
function callsIn(files: readonly ts.SourceFile[]): ReadonlyMap<string, Call[]> {
  const calls = new Map<string, Call[]>()
  for (const file of files) {
    forEachNode(file, (node) => {
      if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return
      const called = node.expression
      const name = ts.isPropertyAccessExpression(called) ? called.name.text : called.getText()
      calls.set(name, [...(calls.get(name) ?? []), node])
    })
  }
  return calls
}

const packageOf = (node: ts.Node): string => node.getSourceFile().fileName.split('/src/')[0] as string

function forEachNode(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, (child) => forEachNode(child, visit))
}
