import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import {
  type CaseResult,
  compilePolicy,
  endpointOfCases,
  formatTrace,
  MAX_CASES_BYTES,
  type PolicyFault,
  parsePolicyCases,
  plainOutcome,
  policyCasesJsonSchema,
  runPolicyCases,
} from '../src/index.ts'

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')

async function resultsOf(text: string, policy: string): Promise<CaseResult[]> {
  const parsed = parsePolicyCases(text)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  const endpoint = endpointOfCases(parsed.cases)!
  const compiled = compilePolicy(policy, { protocol: endpoint.protocol })
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.faults))
  return runPolicyCases(compiled.policy, parsed.cases, endpoint)
}

const shop = await resultsOf(read('cases/shop.cases.yml'), read('cases/shop.yml'))

it('has forty cases of a shop at least', () => {
  expect(shop.length).toBeGreaterThanOrEqual(40)
})

it.each(shop)('$name', ({ mismatches, outcome, trace }) => {
  expect(mismatches, `${JSON.stringify(plainOutcome(outcome))}\n${formatTrace(trace)}`).toEqual([])
})

const faultsOf = (text: string): readonly PolicyFault[] => {
  const parsed = parsePolicyCases(text)
  return parsed.ok ? [] : parsed.faults
}

it('says of every expectation that fails what came in its place', async () => {
  const [result] = await resultsOf(
    `policy: {}
cases:
  - name: wrong
    upstream: {headers: {X-A: 1}, body: hello}
    expect:
      outcome: respond
      status: 403
      code: ERR_TUNNEL_3205
      headers: {x-a: "2", x-b: there, content-length: null}
      body: bye
      url: https://a.internal
      request: {target: /other, host: b.example, headers: {accept: "*/*"}, body: b}
      rules: [one]
`,
    'on_http_request: [{name: none, expressions: ["false"], actions: [{type: deny}]}, {actions: [{type: log, config: {metadata: {}}}]}]',
  )
  expect(result?.passed).toBe(false)
  expect(result?.mismatches).toEqual([
    { what: 'outcome', expected: 'respond', actual: 'forward' },
    { what: 'status', expected: 403, actual: 200 },
    { what: 'code', expected: 'ERR_TUNNEL_3205', actual: undefined },
    { what: 'headers.x-a', expected: ['2'], actual: ['1'] },
    { what: 'headers.x-b', expected: ['there'], actual: [] },
    { what: 'headers.content-length', expected: [], actual: ['5'] },
    { what: 'body', expected: 'bye', actual: 'hello' },
    { what: 'url', expected: 'https://a.internal', actual: undefined },
    { what: 'request.target', expected: '/other', actual: '/' },
    { what: 'request.host', expected: 'b.example', actual: 'app.example.com' },
    { what: 'request.headers.accept', expected: ['*/*'], actual: [] },
    { what: 'request.body', expected: 'b', actual: '' },
    { what: 'rules', expected: ['one'], actual: ['on_http_request/1'] },
  ])
})

it('runs connections of an endpoint without HTTP', async () => {
  const results = await resultsOf(
    `policy: {}
endpoint: {url: "tcp://edge.example:20001"}
cases:
  - {name: in, connection: {client_ip: 10.0.0.1}, expect: {outcome: forward}}
  - {name: out, connection: {client_ip: 192.0.2.1}, expect: {outcome: close, code: ERR_TUNNEL_3205}}
`,
    'on_tcp_connect: [{actions: [{type: restrict-ips, config: {allow: [10.0.0.0/8]}}]}]',
  )
  expect(results.map(({ passed }) => passed)).toEqual([true, true])
})

it('goes on after TLS was terminated', async () => {
  const [result] = await resultsOf(
    'policy: {}\ncases: [{name: sni, expect: {outcome: close}}]',
    `on_tcp_connect:
  - actions: [{type: terminate-tls}]
  - expressions: ["conn.tls.sni == 'app.example.com'"]
    actions: [{type: deny}]
`,
  )
  expect(result?.mismatches).toEqual([])
})

it.each<[string, string, number, number]>([
  ['cases: []', 'required', 1, 1],
  ['policy: a\ncases: []', 'below the minimum 1', 2, 8],
  ['policy: a\ncases: [{name: b, expect: {stauts: 200}}]', 'did you mean `status`?', 2, 28],
  ['policy: a\ncases: [{name: b, expect: {outcome: frward}}]', 'did you mean `forward`?', 2, 37],
  ['policy: a\ncases: [{expect: {}}]', 'required', 2, 9],
  ['policy: a\nnow: noon\ncases: [{name: b, expect: {}}]', 'ISO', 2, 6],
  ['policy: a\ncases: [{name: b, repeat: 1001, expect: {}}]', 'above the maximum 1000', 2, 27],
  ['policy: [', 'flow', 1, 10],
])('says of %j what is wrong and where', (text, message, line, column) => {
  const faults = faultsOf(text)
  expect(faults.map((fault) => [fault.line, fault.column])).toContainEqual([line, column])
  expect(faults.map((fault) => fault.message).join('\n')).toContain(message)
})

it('reads no file that is larger than its limit', () => {
  expect(faultsOf('#'.repeat(MAX_CASES_BYTES + 1))[0]?.message).toBe(
    `document of ${MAX_CASES_BYTES + 1} bytes exceeds the limit ${MAX_CASES_BYTES}`,
  )
})

it('publishes the JSON Schema that it has', () => {
  expect(JSON.parse(read('../cases-schema.json'))).toEqual(policyCasesJsonSchema())
})
