/**
 * What a policy costs: microseconds an evaluation of expressions, a phase of five rules, and compiling a document.
 * Run: `pnpm --filter @tunnel/traffic-policy bench`
 */
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { compileExpression } from '../src/cel/compile-expression.ts'
import { celEnvironment } from '../src/cel/environment.ts'
import { createScope } from '../src/cel/scope.ts'
import { compilePolicy } from '../src/index.ts'
import { enforce } from '../test/enforcement.ts'
import { connection, request, requestWith, variablesOf } from '../test/evaluation.ts'
import { measureFunctions } from './functions.ts'
import { measure } from './measure.ts'

const expressions = [
  "req.method == 'GET'",
  "req.url.path.startsWith('/api/')",
  "'x-tier' in req.headers",
  "req.headers['x-tier'][0] == 'gold'",
  "hasReqHeader('X-Tier') && getReqHeader('X-Tier').exists(v, v == 'gold')",
  "req.user_agent.matches('(?i)(bot|crawler|spider)')",
  "inCidrRanges(conn.client_ip, ['10.0.0.0/8', '192.0.2.0/24'])",
  "conn.geo.country_code in ['US', 'CA', 'DE']",
  "getReqCookie('sid') != null && getReqCookie('sid').value.size() == 3",
  '[1, 2, 3, 4].map(n, n % 2 == 0, n * 2) == [4, 8]',
  "timestamp(time.now).getHours('Europe/Berlin') < 24",
  "'hello'.sha256() != req.host.sha256()",
]

const fiveRules = `on_http_request:
  - expressions: ["req.method == 'TRACE'"]
    actions: [{type: deny}]
  - expressions: ["req.url.path.startsWith('/admin/')", "!inCidrRange(conn.client_ip, '10.0.0.0/8')"]
    actions: [{type: deny}]
  - expressions: ["req.user_agent.matches('(?i)(bot|crawler)')"]
    actions: [{type: deny}]
  - expressions: ["'x-tier' in req.headers && req.headers['x-tier'][0] == 'none'"]
    actions: [{type: add-headers, config: {headers: {x-a: b}}}]
  - expressions: ["conn.client_port < 0"]
    actions: [{type: deny}]
`

process.stdout.write(`node ${process.version}, ${cpus()[0]?.model}\n\n`)
const facts = requestWith(
  'X-Tier',
  'gold',
  'User-Agent',
  'Mozilla/5.0 (X11; Linux x86_64) Firefox/127.0',
  'Cookie',
  'a=1; sid=abc',
)
for (const source of expressions) {
  const expression = compileExpression(source, celEnvironment('on_http_request'))
  measure(source, 20_000, () => {
    const scope = createScope(variablesOf({ request: facts }))
    expression.run(scope)
  })
}
measure('(of each, the variables of a request)', 20_000, () => void createScope(variablesOf({ request: facts })))
const { engine } = enforce(fiveRules)
const none = enforce('on_http_response: [{actions: [{type: log, config: {metadata: {}}}]}]')
const plain = request({ headers: facts.head.headers })
measure('a request through five rules', 20_000, () => void engine.connection(connection).exchange(plain).onRequest())
measure('a request without rules', 20_000, () => void none.engine.connection(connection).exchange(plain).onRequest())
const large = `on_http_request:\n${Array(50)
  .fill(fiveRules.slice(fiveRules.indexOf('\n') + 1))
  .join('')}`
measure('compiling five rules', 200, () => void compilePolicy(fiveRules))
measure('compiling 250 rules', 10, () => void compilePolicy(large))
// From `bench/dist/bench`.
const shop = readFileSync(new URL('../../../test/cases/shop.yml', import.meta.url), 'utf8')
measure('compiling the largest example, a shop with 21 rules', 50, () => void compilePolicy(shop))
process.stdout.write('\n')
measureFunctions()
