import '../harness/dangling.ts'
import { expect, test } from 'vitest'
import { until } from '../harness/until.ts'
import { FaultTable } from './harness/fault-table.ts'
import { linkTo, SILENCE_MS, startLab, untilLogged, untilServed } from './harness/lab.ts'
import { startForeigner } from './harness/sessions.ts'

const table = new FaultTable()
const UNANSWERED = { status: 502, headers: { 'tunnel-error-code': 'ERR_TUNNEL_3210' } }

test('an agent that is frozen is found out, its visitors are answered, its name is kept from others', async () => {
  const lab = await startLab()
  const agent = await lab.startAgent()
  await untilServed(lab)
  agent.child.kill('SIGSTOP')
  const frozenAt = performance.now()
  expect(await lab.ask()).toMatchObject(UNANSWERED)
  const foundAfterMs = performance.now() - frozenAt
  await untilLogged(lab.edge, 'agent session closed')
  const foreigner = await startForeigner(lab)
  await expect(foreigner.forward(lab.url)).rejects.toMatchObject({ code: 'ERR_TUNNEL_334', retryable: true })
  // The machine may be busy; the bound is there to fail when only a TCP timeout would find it.
  expect(foundAfterMs).toBeLessThan(SILENCE_MS + 5000)
  const after = `after ${Math.round(foundAfterMs)} ms, tolerance ${SILENCE_MS}`
  table.row('SIGSTOP agent', `502 ERR_TUNNEL_3210 ${after}`, 'name kept from another credential (334)')
})

test('a link that passes nothing any more is found out on both sides, and the agent comes back when it passes again', async () => {
  const lab = await startLab()
  const link = await linkTo(lab)
  const agent = await lab.startAgent(undefined, lab.connectVia(link.port))
  await untilServed(lab)
  link.freeze()
  expect(await lab.ask()).toMatchObject(UNANSWERED)
  await untilLogged(lab.edge, 'agent session closed')
  await untilLogged(agent, 'session closed, starting reconnect loop')
  const waiting = lab.ask()
  link.thaw()
  await untilServed(lab)
  expect((await waiting).status).toBe(200)
  await until(() => link.openCount <= 1, 'the dead connection to be gone')
  table.row('link passes nothing, no FIN', '502 ERR_TUNNEL_3210, then 200', 'agent back under its name')
})
