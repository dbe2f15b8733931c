import '../harness/dangling.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { FaultTable } from './harness/fault-table.ts'
import { linkTo, SILENCE_MS, startLab, untilLogged, untilServed } from './harness/lab.ts'

const table = new FaultTable()

test('an agent whose machine sleeps for longer than the edge waits is back by itself when it wakes', async () => {
  const lab = await startLab()
  const agent = await lab.startAgent()
  await untilServed(lab)
  agent.child.kill('SIGSTOP')
  await untilLogged(lab.edge, 'agent session closed')
  agent.child.kill('SIGCONT')
  await untilServed(lab)
  await untilLogged(lab.edge, 'agent session opened', 2)
  table.row('agent asleep, edge gave it up', '404 ERR_TUNNEL_3200 meanwhile', 'back by itself under its name')
})

test('an edge and an agent that both sleep go on as if nothing had been', async () => {
  const lab = await startLab()
  const agent = await lab.startAgent()
  await untilServed(lab)
  const both = [lab.edge.child, agent.child]
  for (const child of both) child.kill('SIGSTOP')
  // The fault is time that passes: nothing happens that could be waited for.
  await delay(SILENCE_MS + 500)
  for (const child of both) child.kill('SIGCONT')
  expect(await lab.ask()).toMatchObject({ status: 200 })
  await delay(SILENCE_MS)
  expect(lab.edge.printed()).not.toContain('agent session closed')
  expect(agent.printed()).not.toContain('starting reconnect loop')
  table.row('edge and agent asleep', '200 on waking', 'same session')
})

test('an agent whose address has changed is back from the new one, before the edge has noticed', async () => {
  const lab = await startLab()
  const link = await linkTo(lab)
  await lab.startAgent(undefined, lab.connectVia(link.port))
  await untilServed(lab)
  link.abandon()
  link.comeFrom('127.0.0.2')
  await untilLogged(lab.edge, '"remoteAddress":"127.0.0.2","agent"')
  await untilServed(lab)
  table.row('address changed', '502 ERR_TUNNEL_3210 or waiting, then 200', 'back from 127.0.0.2, same URL')
})
