import '../harness/dangling.ts'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { runAgentProgram, startAgentProgram, startEdgeProgram, stop } from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { startRawUpstream, startUpstream } from '../harness/upstream.ts'

function fileWith(yaml: string): string {
  const path = join(temporaryDirectory(), 'tunnel.yml')
  writeFileSync(path, yaml)
  return path
}

const urlOf = (urls: readonly string[], start: string): string => urls.find((url) => url.startsWith(start)) ?? ''

test('everything that a file defines is online in one session: http, both schemes, tcp, tls, labels aside', async () => {
  const edge = await startEdgeProgram()
  const web = await startUpstream((incoming, response) => response.end(`web ${incoming.headers.host}`))
  const old = await startUpstream((_request, response) => response.end('old'))
  const raw = await startRawUpstream((connection) => connection.finish('hello'))
  const config = fileWith(`version: 3
endpoints:
  - name: web
    url: https://web.localhost
    upstream: { url: ${web.port} }
  - name: raw
    url: tcp://
    upstream: { url: ${raw.port} }
  - name: sealed
    url: tls://sealed.localhost
    upstream: { url: ${raw.port} }
tunnels:
  old: { proto: http, addr: ${old.port}, subdomain: old, schemes: [http, https], host_header: rewrite }
`)
  const agent = await startAgentProgram(edge.connectionString, ['start', '--all', '--config', config])
  expect(agent.urls.map((url) => url.replace(/:\d+$/, ''))).toEqual([
    'https://web.localhost',
    'tcp://localhost',
    'tls://sealed.localhost',
    'https://old.localhost',
    'http://old.localhost',
  ])
  expect(await request(urlOf(agent.urls, 'https://web'), { ca: edge.ca })).toMatchObject({ status: 200 })
  expect((await request(urlOf(agent.urls, 'https://old'), { ca: edge.ca })).text).toBe('old')
  expect((await request(urlOf(agent.urls, 'http://old'))).text).toBe('old')
  const { port } = new URL(urlOf(agent.urls, 'tcp://').replace('tcp:', 'http:'))
  expect(await text(connect(Number(port), '127.0.0.1'))).toBe('hello')
  expect(await stop(agent.child)).toBe(0)
  await stop(edge.child)
})

test('a file of ngrok 2 starts by its names, with both schemes and a host that is rewritten', async () => {
  const edge = await startEdgeProgram()
  const { port } = await startUpstream((incoming, response) => response.end(String(incoming.headers.host)))
  const config = fileWith(`tunnels:
  app-foo: { addr: ${port}, proto: http, host_header: app-foo.dev, hostname: foo.localhost }
  other: { addr: 1, proto: tcp }
`)
  const agent = await startAgentProgram(edge.connectionString, ['start', 'app-foo', '--config', config])
  expect(agent.urls).toHaveLength(2)
  for (const url of agent.urls) expect((await request(url, { ca: edge.ca })).text).toBe('app-foo.dev')
  await stop(agent.child)
  await stop(edge.child)
})

test('what the edge refuses is told with the name of the endpoint', async () => {
  const edge = await startEdgeProgram()
  const config = fileWith(
    'version: 3\nendpoints: [{ name: far, url: "https://far.example.org", upstream: { url: 1 } }]\n',
  )
  const { code, stderr } = await runAgentProgram(edge.connectionString, ['start', 'far', '--config', config])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^ERROR: {2}endpoint "far": .*\nERROR: {2}\nERROR: {2}ERR_TUNNEL_\d+\n$/)
  const unknown = await runAgentProgram(edge.connectionString, ['start', 'near', '--config', config])
  expect(unknown).toMatchObject({
    code: 1,
    stderr: `ERROR:  there is no endpoint "near" in ${config}\nERROR:  Defined are: far\n`,
  })
  await stop(edge.child)
})
