import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { FakeEdge } from './fake-edge.ts'
import { createHome, run } from './run-command.ts'

function file(name: string, text: string, home = createHome()): string {
  const path = join(home, name)
  writeFileSync(path, text)
  return path
}

const right = 'on_http_request: [{actions: [{type: deny}]}]'
const wrong = `on_http_request:
  - expressions: [req.url.pth == '/']
    actions: [{type: dany}]
`

it('finds nothing wrong with a right policy', async () => {
  const path = file('policy.yml', right)
  const { exitCode, stdout, stderr } = await run(['policy', 'check', path])
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: `${path}: ok\n`, stderr: '' })
})

it('says everything that is wrong with several policies', async () => {
  const [first, second] = [file('a.yml', wrong), file('b.yml', right)]
  const { exitCode, stdout, stderr } = await run(['policy', 'check', first, second])
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'ERROR:  2 faults in 1 of 2 files\n' })
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(/a\.yml:2:\d+: .*did you mean `path`.* \(ERR_TUNNEL_2200\)$/),
    `${first}:3:22: unknown action \`dany\`; did you mean \`deny\`? (ERR_TUNNEL_2201)`,
    `${second}: ok`,
    '',
  ])
})

it('warns of what is hardly meant', async () => {
  const path = file('policy.yml', 'on_http_request: [{actions: [{type: deny}]}, {actions: [{type: deny}]}]')
  const { exitCode, stdout } = await run(['policy', 'check', path])
  expect(exitCode).toBe(0)
  expect(stdout).toContain(`${path}:1:46: warning: rule is never reached`)
})

it.each([
  [['--protocol', 'tcp'], 'ERR_TUNNEL_2230'],
  [['--cloud'], 'ERR_TUNNEL_2235'],
  [['--binding', 'internal'], 'ERR_TUNNEL_2262'],
])('looks at a policy as that of an endpoint with %j', async (flags, code) => {
  const path = file(
    'policy.yml',
    'on_tcp_connect: []\non_http_request: [{actions: [{type: log, config: {metadata: {}}}]}]',
  )
  expect((await run(['policy', 'check', path])).exitCode).toBe(0)
  const { exitCode, stdout } = await run(['policy', 'check', path, ...flags])
  expect(exitCode).toBe(1)
  expect(stdout).toContain(code)
})

it('gives what it found as JSON', async () => {
  const path = file('policy.yml', wrong)
  const { exitCode, stdout } = await run(['policy', 'check', '--json', path])
  expect(exitCode).toBe(1)
  expect(JSON.parse(stdout)).toEqual({
    files: [
      {
        file: path,
        ok: false,
        warnings: [],
        faults: [
          expect.objectContaining({ code: 'ERR_TUNNEL_2200', line: 2, pointer: '/on_http_request/0/expressions/0' }),
          expect.objectContaining({ code: 'ERR_TUNNEL_2201', line: 3, column: 22 }),
        ],
      },
    ],
  })
})

it('says which file is not there', async () => {
  const { exitCode, stderr } = await run(['policy', 'check', '/nowhere.yml'])
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: 'ERROR:  /nowhere.yml cannot be read: there is no such file (ENOENT)\n',
  })
})

const cases = `policy:
  on_http_request:
    - name: closed
      expressions: ["req.url.path.startsWith('/admin/')"]
      actions: [{type: deny}]
cases:
  - {name: open, expect: {outcome: forward, status: 200}}
  - {name: admin, request: {url: /admin/}, expect: {outcome: respond, status: 403}}
  - {name: mistaken, request: {url: /admin/x}, expect: {outcome: forward, headers: {x-a: b}}}
`

it('shows which cases pass, and why one does not', async () => {
  const path = file('shop.cases.yml', cases)
  const { exitCode, stdout, stderr } = await run(['policy', 'test', path])
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'ERROR:  1 of 3 cases failed\n' })
  expect(stdout).toBe(`${path}
  ok    open
  ok    admin
  FAIL  mistaken
        outcome: expected "forward", got "respond"
        headers.x-a: expected ["b"], got []
        on_http_request
          rule 0 "closed": matched
            if req.url.path.startsWith('/admin/') = true
            do deny: respond 403
2 of 3 cases passed
`)
})

it('shows the trace of every case with --verbose', async () => {
  const path = file('shop.cases.yml', cases)
  const { stdout } = await run(['policy', 'test', '--verbose', path])
  expect(stdout.match(/rule 0 "closed": (?:matched|did not match)/g)).toEqual([
    'rule 0 "closed": did not match',
    'rule 0 "closed": matched',
    'rule 0 "closed": matched',
  ])
})

it('gives results, traces and outcomes as JSON', async () => {
  const { stdout } = await run(['policy', 'test', '--json', file('shop.cases.yml', cases)])
  const [first, second, third] = JSON.parse(stdout).files[0].cases
  expect(first).toMatchObject({ name: 'open', passed: true, outcome: { outcome: 'forward', request: { target: '/' } } })
  expect(second.trace.phases[0].rules[0]).toEqual({
    index: 0,
    name: 'closed',
    matched: true,
    expressions: [{ source: "req.url.path.startsWith('/admin/')", value: true }],
    actions: [{ type: 'deny', pointer: '/on_http_request/0/actions/0', outcome: 'respond', status: 403 }],
  })
  expect(third).toMatchObject({
    passed: false,
    mismatches: [{ what: 'outcome', expected: 'forward', actual: 'respond' }, { what: 'headers.x-a' }],
  })
})

it('reads the policy beside the file of cases', async () => {
  const home = createHome()
  file('policy.yml', right, home)
  const path = file('x.cases.yml', 'policy: policy.yml\ncases: [{name: a, expect: {status: 403}}]', home)
  expect((await run(['policy', 'test', path])).exitCode).toBe(0)
})

it('passes the forty cases of the shop', async () => {
  const shop = fileURLToPath(new URL('../../traffic-policy/test/cases/shop.cases.yml', import.meta.url))
  const { exitCode, stdout } = await run(['policy', 'test', shop])
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/\n(\d+) of \1 cases passed\n$/)
})

it.each([
  ['cases: 3', 'expected a list, got the number 3 (ERR_TUNNEL_2203)'],
  ['policy: nowhere.yml\ncases: [{name: a, expect: {}}]', 'nowhere.yml cannot be read: there is no such file (ENOENT)'],
  [`policy: {inbuond: []}\ncases: [{name: a, expect: {}}]`, 'unknown phase `inbuond`'],
  [`policy: {}\nendpoint: {url: nowhere}\ncases: [{name: a, expect: {}}]`, 'endpoint.url is no URL of an'],
])('refuses cases like %j', async (text, message) => {
  const { exitCode, stdout, stderr } = await run(['policy', 'test', file('x.yml', text)])
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  expect(stderr).toContain(message)
})

it('lets nothing in a trace write to the terminal', async () => {
  const text = `policy:
  on_http_request: [{name: "\\e[2J", actions: [{type: add-headers, config: {headers: {x-a: "\${req.url.query}"}}}]}]
cases: [{name: "a\\e[31m", request: {url: "/?\\u009b31m"}, expect: {status: 404}}]
`
  const { stdout } = await run(['policy', 'test', file('x.yml', text)])
  expect(stdout).toContain('FAIL')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
})

it('prints the JSON Schema of policies, and of cases', async () => {
  const policies = JSON.parse((await run(['policy', 'schema'])).stdout)
  expect(policies.properties).toHaveProperty('on_http_request')
  const schemas = JSON.parse((await run(['policy', 'schema', '--cases'])).stdout)
  expect(schemas.properties).toHaveProperty('cases')
})

const trace = JSON.stringify({
  phases: [
    {
      phase: 'on_http_request',
      rules: [
        {
          index: 0,
          matched: true,
          expressions: [],
          actions: [{ type: 'deny', pointer: '', outcome: 'respond', status: 403 }],
        },
      ],
    },
  ],
})

function edgeThatExplains(): { edge: FakeEdge; asked: (string | undefined)[][] } {
  const edge = new FakeEdge()
  const asked: (string | undefined)[][] = []
  edge.explains = (url, token) => {
    asked.push([url, token])
    return trace
  }
  return { edge, asked }
}

it('shows what a policy did with one real request, and says which one that is', async () => {
  const { edge, asked } = edgeThatExplains()
  const { exitCode, stdout, stderr } = await run(['policy', 'explain', 'https://app.example.com/path?x=1'], { edge })
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: 'on_http_request\n  rule 0: matched\n    do deny: respond 403\n',
  })
  const [[url, token] = []] = asked
  expect(url).toBe('https://app.example.com')
  expect(stderr).toBe(`Send it: curl -H 'tunnel-explain: ${token}' https://app.example.com/path?x=1\n`)
  expect(edge.session.state).toBe('closed')
})

it('explains the next request, whoever sends it, as JSON', async () => {
  const { edge, asked } = edgeThatExplains()
  const { stdout } = await run(['policy', 'explain', '--next', '--json', 'app.example.com'], { edge })
  expect(asked).toEqual([['https://app.example.com', undefined]])
  expect(JSON.parse(stdout)).toEqual(JSON.parse(trace))
})

it('says that no request came', async () => {
  const { exitCode, stderr } = await run(['policy', 'explain', '--next', '--wait', '5', 'http://app.example.com'])
  expect(exitCode).toBe(1)
  expect(stderr).toContain('ERROR:  no such request came to http://app.example.com within 5 s\n')
})

it.each([
  [['tcp://a:1'], '"tcp://a:1" is no http or https URL'],
  [['--wait', '0', 'a.example'], '--wait is a number of seconds from 1 to 600, not "0"'],
])('does not explain %j', async (argv, message) => {
  const { exitCode, stderr, command } = await run(['policy', 'explain', ...argv])
  expect({ exitCode, sessions: command.edge.sessions.length }).toEqual({ exitCode: 1, sessions: 0 })
  expect(stderr).toContain(message)
})
