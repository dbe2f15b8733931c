import '../harness/dangling.ts'
import { describe, expect, test } from 'vitest'
import { start } from '../harness/process.ts'
import { until } from '../harness/until.ts'
import { unusedPort } from '../harness/upstream.ts'
import { FaultTable } from './harness/fault-table.ts'
import { kill, startLab, untilLogged, untilServed } from './harness/lab.ts'
import { shown, startLoad } from './harness/load.ts'

const table = new FaultTable()

/** What a visitor may see of an agent or edge that dies: an answer of the edge's with its code, or a connection that broke. */
const BROKEN = ['502 ERR_TUNNEL_3210', '404 ERR_TUNNEL_3200', 'ECONNRESET', 'ECONNREFUSED', 'cut']

describe('kill -9 of the agent', () => {
  test('at rest: the next agent has its name, and a request that came between is served', async () => {
    const lab = await startLab()
    const agent = await lab.startAgent()
    await kill(agent.child)
    await untilLogged(lab.edge, 'agent session closed')
    const between = lab.ask()
    await lab.startAgent()
    expect(await between).toMatchObject({ status: 200, text: 'hello' })
    table.row('kill -9 agent, at rest', '200 after the new agent was there', 'name kept, request waited')
  })

  test('under load: visitors get coded errors, then answers again', async () => {
    const lab = await startLab()
    const agent = await lab.startAgent()
    const load = startLoad(lab.url)
    await load.untilServed(200)
    await kill(agent.child)
    await lab.startAgent()
    await load.untilServed(200)
    const failures = await load.stop()
    // The edge itself is there all the time; an answer that it had begun to pass on is cut.
    expect(failures.filter((outcome) => !BROKEN.includes(outcome) || outcome === 'ECONNREFUSED')).toEqual([])
    expect(load.outcomes.get('502 ERR_TUNNEL_3210') ?? 0).toBeLessThanOrEqual(16)
    table.row('kill -9 agent, 16 visitors', shown(load), 'served again')
  })
})

describe('kill -9 of the edge', () => {
  test('at rest: it starts again over its data, and the agent is back under its name', async () => {
    const lab = await startLab()
    const agent = await lab.startAgent()
    await kill(lab.edge.child)
    await expect(lab.ask()).rejects.toThrow('ECONNREFUSED')
    await untilLogged(agent, 'session closed, starting reconnect loop')
    await lab.restartEdge()
    await untilServed(lab)
    table.row('kill -9 edge, at rest', 'refused connections while it was gone', 'agent back, name kept')
  })

  test('under load: visitors see broken connections, then answers again', async () => {
    const lab = await startLab()
    await lab.startAgent()
    const load = startLoad(lab.url)
    await load.untilServed(200)
    await kill(lab.edge.child)
    await lab.restartEdge()
    await load.untilServed(200)
    expect((await load.stop()).filter((outcome) => !BROKEN.includes(outcome))).toEqual([])
    table.row('kill -9 edge, 16 visitors', shown(load), 'served again')
  })
})

describe('kill -9 of the upstream', () => {
  /** An upstream that is a process of its own. */
  function startService(port: number) {
    const code = `require('node:http').createServer((_, response) => response.end('service')).listen(${port}, '127.0.0.1')`
    return start(process.execPath, ['-e', code], { stdio: 'ignore' })
  }

  test.each([
    ['at rest', 0],
    ['16 visitors', 16],
  ])('%s: visitors get coded errors, then answers of the next one', async (_, visitors) => {
    const lab = await startLab()
    const port = await unusedPort()
    const service = startService(port)
    await lab.startAgent(['http', String(port), `--url=${lab.url}`])
    await untilServed(lab)
    const load = visitors > 0 ? startLoad(lab.url, visitors) : undefined
    await load?.untilServed(200)
    await kill(service)
    expect(await lab.ask()).toMatchObject({ status: 502, headers: { 'tunnel-error-code': 'ERR_TUNNEL_8012' } })
    if (load) await until(() => load.outcomes.has('502 ERR_TUNNEL_8012'), 'the visitors to see it')
    startService(port)
    await untilServed(lab)
    await load?.untilServed(200)
    const failures = (await load?.stop()) ?? []
    // Who waits for an answer when the connection breaks has 3004 or, after a reset, 3210.
    expect(failures.filter((outcome) => !/^502 ERR_TUNNEL_(8012|3004|3210)$/.test(outcome))).toEqual([])
    table.row(`kill -9 upstream, ${_}`, load ? shown(load) : '502 ERR_TUNNEL_8012', 'served again by the next one')
  })
})
