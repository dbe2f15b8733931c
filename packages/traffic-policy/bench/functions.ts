/**
 * What each function and macro of expressions costs: microseconds an evaluation of one example, its variables included.
 * Run: `pnpm --filter @tunnel/traffic-policy bench`
 */

import { type CompiledExpression, compileExpression } from '../src/cel/compile-expression.ts'
import { celEnvironment } from '../src/cel/environment.ts'
import { functions } from '../src/cel/functions/all-functions.ts'
import { createScope } from '../src/cel/scope.ts'
import { request, variablesOf } from '../test/evaluation.ts'
import { functionExamples } from '../test/function-examples.ts'
import { measure } from './measure.ts'

/** Examples that the tests of functions do not have: of messages, macros and chance. */
const further: Readonly<Record<string, string>> = {
  hasReqHeader: "hasReqHeader('X-A')",
  getReqHeader: "getReqHeader('X-A')",
  hasReqCookie: "hasReqCookie('a')",
  getReqCookie: "getReqCookie('a')",
  hasQueryParam: "hasQueryParam('q')",
  getQueryParam: "getQueryParam('q')",
  hasResHeader: "hasResHeader('X-A')",
  getResHeader: "getResHeader('X-A')",
  hasResCookie: "hasResCookie('a')",
  getResCookie: "getResCookie('a')",
  'rand.double': 'rand.double()',
  'rand.int': 'rand.int(1, 6)',
  'secrets.get': "secrets.get('vault', 'name')",
  bool: "bool('true')",
  uint: "uint('1')",
  int: "int('1')",
  double: "double('1.5')",
  string: 'string(1)',
  bytes: "bytes('a')",
  type: 'type(1) == int',
  dyn: 'dyn(1) == 1',
  all: '[1, 2, 3, 4].all(n, n > 0)',
  exists: '[1, 2, 3, 4].exists(n, n > 3)',
  exists_one: '[1, 2, 3, 4].exists_one(n, n == 2)',
  map: '[1, 2, 3, 4].map(n, n * 2)',
  filter: '[1, 2, 3, 4].filter(n, n > 2)',
  sortBy: '[3, 1, 2].sortBy(n, n)',
  has: 'has(req.headers.host)',
}

const world = {
  phase: 'on_http_response' as const,
  request: request({ target: '/?q=1', headers: ['Host', 'app.example.com', 'X-A', '1', 'Cookie', 'a=1'] }),
  ports: { secret: () => 'secret' },
}

function exampleOf(name: string): string | undefined {
  const call = new RegExp(`(?<![\\w.])${name.replace('.', '\\.')}\\(|\\.${name.replace('.', '\\.')}\\(`)
  return further[name] ?? functionExamples.find(([source]) => call.test(source))?.[0]
}

export function measureFunctions(): void {
  for (const name of new Set([...functions.keys(), ...Object.keys(further)])) {
    const source = exampleOf(name)
    if (source === undefined) process.stdout.write(`${'none'.padStart(10)}     ${name} has no example\n`)
    else {
      const expression = unfolded(source)
      measure(`${name}: ${source}`, 2_000, () => void expression.run(createScope(variablesOf(world))))
    }
  }
}

/** What has only constants is worked out when it is compiled: one of them becomes a choice that a request makes. */
function unfolded(source: string): CompiledExpression {
  const environment = celEnvironment(world.phase)
  const expression = compileExpression(source, environment)
  if (expression.constant === undefined) return expression
  const choice = source.replace(
    /b?'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|(?<![\w.])\d+(?![\w.])/,
    (text) => `(req.method == 'GET' ? ${text} : ${text})`,
  )
  return compileExpression(choice, environment)
}
