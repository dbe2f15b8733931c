import '../harness/dangling.ts'
import { expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { runAgentProgram, runEdgeCommand, startAgentProgram, startEdgeProgram } from '../harness/programs.ts'
import { startUpstream } from '../harness/upstream.ts'

test('policy explain shows the owner of an endpoint what its policy does with the next request', async () => {
  const edge = await startEdgeProgram()
  const { port } = await startUpstream((_incoming, response) => response.end('hello'))
  const flags = ['--scheme=http', '--ua-filter-deny', 'curl']
  const agent = await startAgentProgram(edge.connectionString, ['http', String(port), ...flags])
  const [url = ''] = agent.urls
  const asking = setInterval(() => void request(url, { headers: { 'user-agent': 'curl/8' } }).catch(() => {}), 50)
  const explained = await runAgentProgram(edge.connectionString, ['policy', 'explain', '--next', url]).finally(() =>
    clearInterval(asking),
  )
  expect(explained).toMatchObject({ code: 0, stderr: `The next request to ${url} is explained.\n` })
  expect(explained.stdout).toBe(`on_http_request
  rule 0 "user-agent filter": matched
    do user-agent-filter: refuse 403 ERR_TUNNEL_3211, user agent is not allowed
      {"action":"deny"}
`)
})

test('policy explain is for nobody else, and for endpoints with a policy', async () => {
  const edge = await startEdgeProgram()
  const { port } = await startUpstream((_incoming, response) => response.end('hello'))
  const agent = await startAgentProgram(edge.connectionString, ['http', String(port), '--scheme=http'])
  const [url = ''] = agent.urls
  const without = await runAgentProgram(edge.connectionString, ['policy', 'explain', url])
  expect(without.code).toBe(1)
  expect(without.stderr).toContain('ERR_TUNNEL_2206')

  const other =
    (await runEdgeCommand(['credentials', 'create', `--data=${edge.dataDir}`])).trim().split(/\s+/).at(-1) ?? ''
  const stranger = await runAgentProgram(edge.connectionString, ['policy', 'explain', url, '--authtoken', other])
  expect(stranger.code).toBe(1)
  expect(stranger.stderr).toContain('ERR_TUNNEL_333')
})
