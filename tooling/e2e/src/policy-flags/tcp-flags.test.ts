import '../harness/dangling.ts'
import { expect, test } from 'vitest'
import { startAgentProgram, startEdgeProgram } from '../harness/programs.ts'
import { openTcp } from '../harness/raw-connection.ts'
import { startRawUpstream } from '../harness/upstream.ts'

test.each([
  [['--cidr-deny', '127.0.0.0/8'], ''],
  [['--cidr-allow', '192.0.2.0/24'], ''],
  [['--cidr-allow', '127.0.0.1'], 'welcome'],
])('a visitor of tunnel tcp with %j gets %j', async (flags, text) => {
  const upstream = await startRawUpstream((connection) => connection.finish('welcome'))
  const edge = await startEdgeProgram()
  const agent = await startAgentProgram(edge.connectionString, ['tcp', String(upstream.port), ...flags])
  const visitor = await openTcp(Number(new URL(agent.urls[0] ?? '').port))
  expect(await visitor.receiveAll()).toBe(text)
  expect(upstream.connections).toHaveLength(text === '' ? 0 : 1)
})
