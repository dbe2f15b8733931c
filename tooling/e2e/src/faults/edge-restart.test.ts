import '../harness/dangling.ts'
import { once } from 'node:events'
import type { TunnelError } from '@tunnel/agent-core'
import { expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { until, within } from '../harness/until.ts'
import { FaultTable } from './harness/fault-table.ts'
import { kill, startLab } from './harness/lab.ts'
import { startSession } from './harness/sessions.ts'

const table = new FaultTable()
const AGENTS = 20
/** The backoff's own: 500 ms, give or take a fifth. */
const FIRST_DELAY_MS = { least: 400, most: 600 }

test('twenty agents of an edge that is killed come back to the next one, spread, each under its name', async () => {
  const lab = await startLab()
  const agents = await Promise.all(Array.from({ length: AGENTS }, () => startSession(lab)))
  const listeners = await Promise.all(agents.map(({ forward }, at) => forward(lab.url.replace('lab', `many-${at}`))))
  const urls = listeners.map((listener) => listener.url())
  const firstIds = agents.map(({ session }) => session.welcome?.sessionId)

  const lost = Promise.all(agents.map(({ session }) => once(session, 'disconnected')))
  const back = Promise.all(agents.map(({ session }) => once(session, 'connected')))
  await kill(lab.edge.child)
  const delays = ((await within(lost, 'the agents to notice')) as [TunnelError, number][]).map(([, delayMs]) => delayMs)
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(FIRST_DELAY_MS.least)
  expect(Math.max(...delays)).toBeLessThanOrEqual(FIRST_DELAY_MS.most)
  expect(new Set(delays).size).toBeGreaterThan(AGENTS / 2)

  const edge = await lab.restartEdge()
  await within(back, 'the agents to come back', 30_000)
  expect(listeners.map((listener) => listener.url())).toEqual(urls)
  for (const url of urls) expect(await request(url, { ca: edge.ca })).toMatchObject({ status: 200 })
  for (const [at, { session }] of agents.entries()) expect(session.welcome?.sessionId).not.toBe(firstIds[at])
  await until(() => edge.printed().split('agent session opened').length === AGENTS + 1, 'no session too many')
  expect(edge.printed()).not.toContain('agent refused')
  const spread = `${Math.min(...delays)} to ${Math.max(...delays)} ms`
  table.row('edge killed and restarted, 20 agents', '200 from each again', `names kept, first tries after ${spread}`)
})
