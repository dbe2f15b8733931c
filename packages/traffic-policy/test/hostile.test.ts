// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { CelCompileError, CelError } from '../src/cel/cel-error.ts'
import { functions } from '../src/cel/functions/all-functions.ts'
import { compilePolicy, policyFaultCodes } from '../src/index.ts'
import { enforce } from './enforcement.ts'
import { evaluate, request } from './evaluation.ts'

const fragments = [
  ...[
    'req',
    'res',
    'conn',
    'vars',
    'actions',
    'ngrok',
    'url',
    'headers',
    'cookies',
    'time',
    'now',
    'client_ip',
    'x',
    'y',
    'in',
    'true',
    'null',
  ],
  ...[
    '.',
    '.',
    '.',
    ',',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ':',
    '?',
    '&&',
    '||',
    '!',
    '-',
    '+',
    '*',
    '/',
    '%',
    '==',
    '<',
    '>=',
  ],
  ...[
    '1',
    '0',
    '2u',
    '1.5',
    "'a'",
    '"b"',
    "b'c'",
    "r'\\d'",
    '0xf',
    '9223372036854775807',
    '__proto__',
    'constructor',
    '`',
  ],
  ...[
    'all',
    'map',
    'filter',
    'sortBy',
    'has',
    'size',
    'matches',
    'split',
    'dyn',
    'json',
    'decode',
    'lists',
    'range',
    'format',
    'timestamp',
  ],
]
const soup = fc.array(fc.constantFrom(...fragments), { maxLength: 40 }).map((parts) => parts.join(''))

/** Whatever it is, it compiles or is refused, and runs or fails, as an expression. */
function tryExpression(source: string): void {
  try {
    evaluate(source)
  } catch (error) {
    if (!(error instanceof CelCompileError) && !(error instanceof CelError)) throw error
  }
}

it('any text is an expression or is refused as one', () => {
  fc.assert(fc.property(fc.oneof(soup, fc.string({ maxLength: 200 }), fc.string({ unit: 'binary' })), tryExpression), {
    numRuns: 3000,
  })
})

const values = fc.constantFrom(
  ...[
    '1',
    '-1',
    '0',
    '3u',
    '1.5',
    'double("nan")',
    '"text"',
    '""',
    '"😀"',
    "b'\\xff'",
    'null',
    'true',
    '[]',
    '[1, "a", [2]]',
    '{"a": 1, "b": [2]}',
  ],
  ...[
    'req.headers',
    'req.cookies',
    'req.url',
    'req.headers["none"]',
    'timestamp(0)',
    'duration("1h")',
    'lists.range(50)',
    'int',
    '9223372036854775807',
  ],
)
const calls = [...functions.values()].flat()

it('any function takes or refuses any values', () => {
  const call = fc
    .tuple(fc.constantFrom(...calls), fc.array(values, { minLength: 4, maxLength: 4 }))
    .map(([overload, given]) => {
      const args = given.slice(0, overload.params.length).map((value) => `dyn(${value})`)
      const receiver = overload.receiver ? `dyn(${given[3]}).` : ''
      return `${receiver}${overload.name}(${args.join(', ')})`
    })
  fc.assert(fc.property(call, tryExpression), { numRuns: 5000 })
})

it('any operator takes or refuses any values', () => {
  const operator = fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '<=', '>', '>=', 'in', '&&', '||')
  const expression = fc.tuple(values, operator, values).map(([left, op, right]) => `dyn(${left}) ${op} dyn(${right})`)
  fc.assert(fc.property(expression, tryExpression), { numRuns: 3000 })
})

const keys = fc.constantFrom(
  ...['on_http_request', 'on_http_response', 'on_tcp_connect', 'name', 'expressions', 'actions', 'type', 'config'],
  ...[
    'headers',
    'vars',
    'metadata',
    'from',
    'to',
    'body',
    'status_code',
    'credentials',
    'allow',
    '__proto__',
    'constructor',
    'toString',
    'enabled',
  ],
)
const scalars = fc.oneof(
  fc.constantFrom(
    'deny',
    'add-headers',
    'set-vars',
    'log',
    'redirect',
    'custom-response',
    'basic-auth',
    'restrict-ips',
    'req.method == "GET"',
    '${req.url}',
    '${',
    'oauth',
  ),
  fc.string({ maxLength: 10 }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
)
const { node } = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalars,
    fc.array(tie('node'), { maxLength: 4 }),
    fc.array(fc.tuple(keys, tie('node')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
}))

it('any document compiles or has faults with codes and places', async () => {
  await fc.assert(
    fc.asyncProperty(node, async (document) => {
      const text = JSON.stringify(document) ?? ''
      const result = compilePolicy(text)
      if (result.ok) {
        await enforce(text).exchange().onRequest()
        return
      }
      expect(result.faults.length).toBeGreaterThan(0)
      for (const fault of result.faults) {
        expect(Object.keys(policyFaultCodes)).toContain(fault.code)
        expect(fault.line).toBeGreaterThan(0)
        expect(fault.column).toBeGreaterThan(0)
      }
    }),
    { numRuns: 1000 },
  )
})

it('any text is a document or has faults', () => {
  const lines = fc.array(
    fc.constantFrom(
      'on_http_request:',
      '  - actions:',
      '    - type: deny',
      '- *a',
      '&a x',
      '? ',
      '!!',
      '"',
      '{',
      '[',
      '|',
      '>',
      '\t',
      '%YAML 1.2',
      '---',
      '...',
      '# c',
      ': ',
    ),
    { maxLength: 20 },
  )
  const anyText = fc.oneof(
    fc.string({ maxLength: 200 }),
    lines.map((parts) => parts.join('\n')),
  )
  fc.assert(
    fc.property(anyText, (text) => {
      const result = compilePolicy(text)
      expect(result.ok || result.faults.length > 0).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

it('any headers, cookies and targets can be read by every variable of a request', () => {
  const policy = `on_http_request:
  - expressions: ["req.url.path + req.url.query + req.url.authority + req.url.raw + req.content_type + req.user_agent.name != ''"]
    actions:
      - {type: log, config: {metadata: {h: "\${req.headers}", c: "\${req.cookies}", q: "\${req.url.query_params}", t: "\${req.content_type.parameters}"}}}`
  const { exchange } = enforce(policy)
  const latin1 = fc.string({
    unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
    maxLength: 60,
  })
  const name = fc.constantFrom(
    'Cookie',
    'Content-Type',
    'User-Agent',
    'Content-Encoding',
    '__proto__',
    'X-A',
    'Location',
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(name, latin1), { maxLength: 8 }), latin1, (fields, target) => {
      const outcome = exchange(
        request({ target: `/${target}`, headers: ['Host', 'a', ...fields.flat()], host: 'a' }),
      ).onRequest()
      expect(outcome).toMatchObject({ kind: 'forward' })
    }),
    { numRuns: 1000 },
  )
})

it('nothing has changed the prototype of objects', () => {
  expect(Object.keys(Object.prototype)).toEqual([])
  expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('polluted')
})
