import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { startAgentProgram, startEdgeProgram, stop } from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { startUpstream } from '../harness/upstream.ts'

interface Certificate {
  cert: Buffer
  key: Buffer
}

let directory: string
let caFile: string
const made: Record<string, Certificate> = {}

const inDirectory = (name: string): string => join(directory, name)
const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' })
const keyInto = (name: string): string[] => [
  '-newkey',
  'ec',
  '-pkeyopt',
  'ec_paramgen_curve:prime256v1',
  '-nodes',
  '-keyout',
  name,
]

/** A certificate of the CA for a host, from one time to another. */
function make(name: string, host: string, from: string, to: string): void {
  writeFileSync(inDirectory('extensions'), `subjectAltName=DNS:${host}\n`)
  openssl('req', ...keyInto(`${name}.key`), '-subj', `/CN=${host}`, '-out', 'request')
  const files = [
    '-in',
    'request',
    '-out',
    `${name}.cert`,
    '-extfile',
    'extensions',
    '-keyfile',
    'ca.key',
    '-cert',
    'ca.cert',
  ]
  openssl('ca', '-batch', '-notext', '-config', 'config', '-startdate', from, '-enddate', to, ...files)
  made[name] = { cert: readFileSync(inDirectory(`${name}.cert`)), key: readFileSync(inDirectory(`${name}.key`)) }
}

beforeAll(() => {
  directory = temporaryDirectory()
  const policy = '[p]\ncommonName=supplied\n'
  const ca = 'database=index\nnew_certs_dir=.\nserial=serial\ndefault_md=sha256\npolicy=p\nunique_subject=no\n'
  writeFileSync(inDirectory('config'), `[ca]\ndefault_ca=c\n[c]\n${ca}${policy}`)
  writeFileSync(inDirectory('index'), '')
  writeFileSync(inDirectory('serial'), '01')
  openssl('req', '-x509', ...keyInto('ca.key'), '-subj', '/CN=Upstream CA', '-days', '30', '-out', 'ca.cert')
  caFile = inDirectory('ca.cert')
  make('good', 'localhost', '20200101000000Z', '20991231235959Z')
  make('expired', 'localhost', '20200101000000Z', '20210101000000Z')
  make('early', 'localhost', '20980101000000Z', '20991231235959Z')
  make('other', 'elsewhere.example', '20200101000000Z', '20991231235959Z')
})

async function startSecure(name: string): Promise<{ port: number; addr: string }> {
  const server = createServer(made[name] as Certificate, (_request, response) => response.end('secure'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, addr: `https://localhost:${port}` }
}

describe('a certificate of an https upstream', () => {
  test.each(['good', 'expired', 'early', 'other'])('that is %s is not looked at without verification', async (name) => {
    const tunnel = await startTestEdge()
    const upstream = await startSecure(name)
    const { url } = { url: (await tunnel.forward(upstream, { addr: upstream.addr, verify_upstream_tls: false })).url() }
    expect(await request(url)).toMatchObject({ status: 200, text: 'secure' })
  })

  test('from the CA that was named is good', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startSecure('good')
    const listener = await tunnel.forward(upstream, { addr: upstream.addr, upstream_tls_ca_file: caFile })
    expect(await request(listener.url())).toMatchObject({ status: 200, text: 'secure' })
  })

  test.each([
    ['expired', 'its certificate has expired'],
    ['early', 'its certificate is not valid yet'],
    [
      'other',
      "its certificate is for another host (Host: localhost. is not in the cert's altnames: DNS:elsewhere.example)",
    ],
  ])('that is %s fails verification, and the page says why', async (name, why) => {
    const tunnel = await startTestEdge()
    const upstream = await startSecure(name)
    const listener = await tunnel.forward(upstream, { addr: upstream.addr, upstream_tls_ca_file: caFile })
    const answer = await request(listener.url())
    expect(answer).toMatchObject({ status: 502, headers: { 'tunnel-error-code': 'ERR_TUNNEL_8012' } })
    expect(answer.text).toContain(why)
  })

  test('from a CA that nobody trusts fails verification, and the page says why', async () => {
    const tunnel = await startTestEdge()
    const upstream = await startSecure('good')
    const answer = await request((await tunnel.forward(upstream, { addr: upstream.addr })).url())
    expect(answer.status).toBe(502)
    expect(answer.text).toContain('its certificate is not signed by an authority that is trusted here')
  })
})

test('an https upstream that does not speak TLS is a 502 that says so', async () => {
  const tunnel = await startTestEdge()
  const upstream = await startUpstream((_request, response) => response.end())
  const listener = await tunnel.forward(upstream, { addr: `https://127.0.0.1:${upstream.port}` })
  expect((await request(listener.url())).text).toContain('it does not speak TLS')
})

test.each([
  [[], 200],
  [['--upstream-tls-verify'], 502],
  [['--upstream-tls-verify-cas', 'CA'], 200],
] as const)('tunnel http https://… with %j is answered with %i', async (flags, status) => {
  const edge = await startEdgeProgram()
  const { addr } = await startSecure('good')
  const args = flags.map((flag) => (flag === 'CA' ? caFile : flag))
  const agent = await startAgentProgram(edge.connectionString, ['http', addr, ...args])
  expect((await request(agent.urls[0] as string, { ca: edge.ca })).status).toBe(status)
  await stop(agent.child)
  await stop(edge.child)
})
