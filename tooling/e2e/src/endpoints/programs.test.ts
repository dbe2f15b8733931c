import '../harness/dangling.ts'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import {
  type AgentProgram,
  type EdgeProgram,
  runAgentProgram,
  runEdgeCommand,
  startAgentProgram,
  startEdgeProgram,
  stop,
} from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until } from '../harness/until.ts'
import { startUpstream } from '../harness/upstream.ts'

const greeting = (text: string) => startUpstream((_request, response) => response.end(text))

const withToken = ({ connectionString }: EdgeProgram, authtoken: string): string =>
  connectionString.replace(/\/\/[^@]*@/, `//${authtoken.trim()}@`)

async function stopAll(edge: EdgeProgram, agents: AgentProgram[]): Promise<void> {
  await Promise.all(agents.map(({ child }) => stop(child)))
  await stop(edge.child)
}

test('two agents share an address, and one that is killed fails nobody', async () => {
  const edge = await startEdgeProgram()
  const args = ['--url', 'https://pool.localhost', '--pooling-enabled', '--name', 'web', '--metadata', 'm']
  const agents = []
  for (const name of ['one', 'two']) {
    const { port } = await greeting(name)
    agents.push(await startAgentProgram(edge.connectionString, ['http', String(port), ...args]))
  }
  const [doomed] = agents as [AgentProgram, AgentProgram]
  const url = doomed.urls[0] as string
  const settings = { ca: edge.ca }
  const answers = [await request(url, settings), await request(url, settings)]
  expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['one', 'two']))

  const gone = once(doomed.child, 'exit')
  doomed.child.kill('SIGKILL')
  const later = await Promise.all(Array.from({ length: 10 }, () => request(url, settings)))
  expect(later.map(({ status }) => status)).toEqual(later.map(() => 200))
  await gone
  expect(await request(url, settings)).toMatchObject({ text: 'two' })
  await stopAll(edge, agents.slice(1))
})

test('an authtoken of the command line has its rules and limits, and the edge its reservations', async () => {
  // The first one's data directory knows the credential; its settings cannot yet.
  const first = await startEdgeProgram()
  const grants = ['--acl', 'bind:app.localhost', '--acl=bind:*.team.localhost', '--limit', 'requests=1']
  const authtoken = await runEdgeCommand(['credentials', 'create', 'laptop', ...grants, `--data=${first.dataDir}`])
  const list = await runEdgeCommand(['credentials', 'list', `--data=${first.dataDir}`])
  expect(list).toMatch(/"laptop" {2}bind:app\.localhost bind:\*\.team\.localhost\n$/)
  await stop(first.child)

  const id = `cr_${authtoken.split('_')[0]}`
  const args = [`--reserved=app.localhost=${id}`, '--require-reserved=wildcards', '--log-level=warn']
  const edge = await startEdgeProgram({ dataDir: first.dataDir, args })
  const connect = withToken(edge, authtoken)
  const { port } = await greeting('laptop')
  const online = await startAgentProgram(connect, ['http', String(port), '--url', 'app.localhost'])
  expect(await request(online.urls[0] as string, { ca: edge.ca })).toMatchObject({ status: 200, text: 'laptop' })
  expect(await request(online.urls[0] as string, { ca: edge.ca })).toMatchObject({ status: 429 })

  const refused = async (as: string, url: string) => (await runAgentProgram(as, ['http', '80', '--url', url])).stderr
  expect(await refused(connect, 'other.localhost')).toContain('ERR_TUNNEL_316')
  expect(await refused(connect, '*.team.localhost')).toContain('ERR_TUNNEL_318')
  expect(await refused(edge.connectionString, 'x.app.localhost')).toContain('ERR_TUNNEL_320')
  await stopAll(edge, [online])
})

test('reservations change while the edge runs, and what is online stays', async () => {
  const config = join(temporaryDirectory(), 'edge.yml')
  writeFileSync(config, 'log_level: info\n')
  const edge = await startEdgeProgram({ args: [`--config=${config}`] })
  const { port } = await greeting('still here')
  const agent = await startAgentProgram(edge.connectionString, ['http', String(port), '--url', 'app.localhost'])

  writeFileSync(config, 'reserved:\n  - { address: app.localhost, credential: cr_somebody }\nrequire_reserved: all\n')
  edge.child.kill('SIGHUP')
  await until(() => edge.printed().includes('settings and certificates were reloaded'), 'the edge to reload')
  expect(edge.printed()).toContain('"settings":["reserved","require_reserved"]')
  const refused = async (url: string) =>
    (await runAgentProgram(edge.connectionString, ['http', '80', '--url', url])).stderr
  expect(await refused('x.app.localhost')).toContain('ERR_TUNNEL_320')
  expect(await refused('other.localhost')).toContain('ERR_TUNNEL_319')
  expect(await request(agent.urls[0] as string, { ca: edge.ca })).toMatchObject({ status: 200, text: 'still here' })
  await stopAll(edge, [agent])
})

test('both schemes of one name are two endpoints, and neither leads to the other', async () => {
  const edge = await startEdgeProgram()
  const { port } = await greeting('both')
  const args = ['http', String(port), '--url', 'both.localhost', '--scheme', 'http,https']
  const agent = await startAgentProgram(edge.connectionString, args)
  expect(agent.urls.map((url) => new URL(url).protocol)).toEqual(['https:', 'http:'])
  for (const url of agent.urls) expect(await request(url, { ca: edge.ca })).toMatchObject({ status: 200, text: 'both' })
  await stopAll(edge, [agent])
})
