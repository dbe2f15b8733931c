import '../harness/dangling.ts'
import { expect, test } from 'vitest'
import { runAgentProgram, startEdgeProgram, stop } from '../harness/programs.ts'

test('diagnose finds the way to an edge, and ends with 0', async () => {
  const edge = await startEdgeProgram()
  const { code, stdout, stderr } = await runAgentProgram(edge.connectionString, ['diagnose', '--verbose'])
  expect([code, stderr]).toEqual([0, ''])
  for (const name of ['Name Resolution', 'TCP', 'TLS', 'Tunnel Protocol', 'WebSocket', 'Clock']) {
    expect(stdout).toMatch(new RegExp(`^ {2}${name} +\\[ OK \\]$`, 'm'))
  }
  expect(stdout).toMatch(/^Successfully established a connection to .+! \(region: '.+', latency: [\d.]+ms\)$/m)
  expect(await stop(edge.child)).toBe(0)
})

test('diagnose says what to do about an authtoken that the edge does not know, and ends with 1', async () => {
  const edge = await startEdgeProgram()
  const connect = edge.connectionString.replace(/\/\/[^@]+@/, `//${'x'.repeat(27)}_${'y'.repeat(21)}@`)
  const { code, stdout, stderr } = await runAgentProgram(connect, ['diagnose', '--json'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/ERR_TUNNEL_10[57]/)
  const { sections } = JSON.parse(stdout) as { sections: { tests: { name: string; problem?: { advice: string } }[] }[] }
  const test = sections[1]?.tests.find(({ name }) => name === 'Tunnel Protocol')
  expect(test?.problem?.advice).toContain('tunnel config add-authtoken')
  expect(stdout + stderr).not.toContain('xxxx_')
})

test('diagnose says that nobody listens', async () => {
  const edge = await startEdgeProgram()
  await stop(edge.child)
  const { code, stdout } = await runAgentProgram(edge.connectionString, ['diagnose'])
  expect(code).toBe(1)
  expect(stdout).toMatch(/^ {2}TCP +\[ ERR \]$/m)
  expect(stdout).toContain('ERR_TUNNEL_8002')
})
