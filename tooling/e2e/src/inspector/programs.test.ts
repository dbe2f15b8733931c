import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { residentBytes } from '../harness/process.ts'
import { type AgentProgram, runAgentProgram, startAgentProgram, startEdgeProgram } from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { startUpstream } from '../harness/upstream.ts'
import { LocalApi } from './harness/local-api.ts'
import { settledCaptures } from './harness/settled.ts'

/** Where the command says that its web interface is; its output is no terminal, so its log says so. */
function webInterface({ printed }: AgentProgram): string {
  const address = /msg="starting web service" obj=web addr=(\S+)/.exec(printed())?.[1]
  if (!address) throw new Error(`no web interface in ${printed()}`)
  return `http://${address}`
}

function configFile(text: string): string {
  const path = join(temporaryDirectory(), 'tunnel.yml')
  writeFileSync(path, text)
  return path
}

test('tunnel http shows its web interface, and what it captures there', async () => {
  const edge = await startEdgeProgram()
  const upstream = await startUpstream((_incoming, response) => response.end('hello'))
  const agent = await startAgentProgram(edge.connectionString, ['http', String(upstream.port)])
  const api = new LocalApi(webInterface(agent))
  const [url = ''] = agent.urls
  await request(url, { path: '/captured?x=1', ca: edge.ca })

  const [capture] = await settledCaptures(api, 1)
  expect(capture).toMatchObject({
    endpoint: 'command_line',
    method: 'GET',
    path: '/captured?x=1',
    status: 200,
    responseBytes: 5,
  })
  expect(await api.get('/api/tunnels')).toMatchObject({
    tunnels: [
      {
        name: 'command_line',
        public_url: url,
        proto: 'https',
        config: { addr: `http://localhost:${upstream.port}`, inspect: true },
      },
    ],
  })
  expect(await api.get('/api/status')).toMatchObject({ status: 'online', session: { legs: [{}] } })
  const { metrics } = await api.get<{ metrics: { http: { count: number } } }>('/api/tunnels/command_line')
  expect(metrics.http.count).toBe(1)
})

test('endpoints that are started through the API are online, and offline when stopped', async () => {
  const edge = await startEdgeProgram({ args: ['--tcp-ports=24800-24820'] })
  const upstream = await startUpstream((_incoming, response) => response.end('by the API'))
  const config = configFile('version: 3\nagent:\n  web_addr: 127.0.0.1:0\n')
  const agent = await startAgentProgram(edge.connectionString, ['http', '1', '--config', config])
  const api = new LocalApi(webInterface(agent))

  const created = await api.send('POST', '/api/tunnels', { name: 'web', proto: 'http', addr: upstream.port })
  expect(created.status).toBe(201)
  const tunnel = JSON.parse(created.text)
  expect(tunnel).toMatchObject({ name: 'web', uri: '/api/tunnels/web', proto: 'https', config: { inspect: true } })
  expect(await request(tunnel.public_url, { ca: edge.ca })).toMatchObject({ status: 200, text: 'by the API' })

  const again = await api.send('POST', '/api/tunnels', { name: 'web', proto: 'http', addr: upstream.port })
  expect(JSON.parse(again.text)).toMatchObject({
    error_code: 102,
    status_code: 400,
    msg: 'invalid tunnel configuration',
  })
  const wrong = await api.send('POST', '/api/tunnels', { name: 'x', proto: 'http', addr: 1, colour: 'red' })
  expect(JSON.parse(wrong.text)).toMatchObject({ error_code: 102, details: { err: expect.stringContaining('colour') } })

  const moved = await api.send('PUT', '/api/endpoints/web', {
    upstream: { url: `localhost:${upstream.port}` },
    description: 'moved',
  })
  expect(moved.status).toBe(200)
  expect(JSON.parse(moved.text)).toMatchObject({ url: tunnel.public_url, description: 'moved' })
  expect(await request(tunnel.public_url, { ca: edge.ca })).toMatchObject({ status: 200 })

  expect((await api.send('DELETE', '/api/tunnels/web')).status).toBe(204)
  expect(await request(tunnel.public_url, { ca: edge.ca })).toMatchObject({ status: 404 })
})

test('nothing is captured when told so', async () => {
  const edge = await startEdgeProgram()
  const upstream = await startUpstream((_incoming, response) => response.end('private'))
  const agent = await startAgentProgram(edge.connectionString, ['http', String(upstream.port), '--inspect=false'])
  const api = new LocalApi(webInterface(agent))
  await request(agent.urls[0] ?? '', { ca: edge.ca })
  expect(await api.get('/api/requests/http')).toEqual({ uri: '/api/requests/http', requests: [] })
  expect(await api.get('/api/tunnels')).toMatchObject({ tunnels: [{ config: { inspect: false } }] })
})

test('a negative inspect_db_size stores nothing', async () => {
  const edge = await startEdgeProgram()
  const upstream = await startUpstream((_incoming, response) => response.end('private'))
  const config = configFile('version: 3\nagent:\n  web_addr: 127.0.0.1:0\n  inspect_db_size: -1\n')
  const agent = await startAgentProgram(edge.connectionString, ['http', String(upstream.port), '--config', config])
  const api = new LocalApi(webInterface(agent))
  await request(agent.urls[0] ?? '', { ca: edge.ca })
  expect(await api.get('/api/captures')).toMatchObject({ captures: [], usage: { maxBytes: 0 } })
})

test('web_addr: false turns it off', async () => {
  const edge = await startEdgeProgram()
  const config = configFile('version: 3\nagent:\n  web_addr: false\n')
  const agent = await startAgentProgram(edge.connectionString, ['http', '1', '--config', config])
  expect(agent.printed()).not.toContain('web service')
})

test('two agents have web interfaces at different ports; a port that is set and taken ends the command', async () => {
  const edge = await startEdgeProgram()
  const one = await startAgentProgram(edge.connectionString, ['http', '1'])
  const two = await startAgentProgram(edge.connectionString, ['http', '1'])
  const [first, second] = [webInterface(one), webInterface(two)].map((url) => Number(new URL(url).port))
  expect(second).toBeGreaterThan(first ?? 0)
  const config = configFile(`version: 3\nagent:\n  web_addr: 127.0.0.1:${first}\n`)
  const third = await runAgentProgram(edge.connectionString, ['http', '1', '--config', config])
  expect(third).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`cannot listen on 127.0.0.1:${first}: it is in use`),
  })
})

test('a web interface that nobody looks at costs an idle agent next to nothing; the server is loaded by the first who does', async () => {
  const edge = await startEdgeProgram()
  const started = (webAddr: string) =>
    startAgentProgram(edge.connectionString, [
      'http',
      '1',
      '--config',
      configFile(`version: 3\nagent:\n  web_addr: ${webAddr}\n`),
    ])
  const [without, unseen] = [await started('false'), await started('127.0.0.1:0')]
  const [bare, idle] = [await residentBytes(without.child), await residentBytes(unseen.child)]
  expect((idle - bare) / MIB).toBeLessThan(8)
  await new LocalApi(webInterface(unseen)).get('/api/status')
  expect((await residentBytes(unseen.child)) - idle).toBeGreaterThan(8 * MIB)
})

const MIB = 1024 * 1024
