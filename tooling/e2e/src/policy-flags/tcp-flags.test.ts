import '../harness/dangling.ts'
import { expect, test } from 'vitest'
import { startAgentProgram, startEdgeProgram } from '../harness/programs.ts'
import { startRawUpstream } from '../harness/upstream.ts'
import { whatItSays } from '../policy/policed.ts'

test.each([
  [['--cidr-deny', '127.0.0.0/8'], ''],
  [['--cidr-allow', '192.0.2.0/24'], ''],
  [['--cidr-allow', '127.0.0.1'], 'welcome'],
])('a visitor of tunnel tcp with %j gets %j', async (flags, text) => {
  const upstream = await startRawUpstream((connection) => connection.finish('welcome'))
  const edge = await startEdgeProgram()
  const agent = await startAgentProgram(edge.connectionString, ['tcp', String(upstream.port), ...flags])
  // A connection that is not let in is reset, sometimes before the visitor has seen it open.
  expect(await whatItSays(Number(new URL(agent.urls[0] ?? '').port))).toBe(text)
  expect(upstream.connections).toHaveLength(text === '' ? 0 : 1)
})
