import '../harness/dangling.ts'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { keepAliveAgent } from '../harness/http-request.ts'
import { until } from '../harness/until.ts'
import { FaultTable } from './harness/fault-table.ts'
import { startLab, untilLogged, untilServed } from './harness/lab.ts'
import { hasProc, openFiles } from './harness/process-view.ts'

const table = new FaultTable()

test.skipIf(!hasProc)(
  'an edge without file descriptors sheds new connections, keeps old ones, and recovers',
  async () => {
    // Loading its modules takes most of them for a moment.
    const lab = await startLab({ before: 'ulimit -n 512' })
    await lab.startAgent()
    expect(lab.edge.printed()).toContain('the limit on open files is below max_visitor_connections')
    const agent = await keepAliveAgent('http')
    expect(await lab.ask({ agent })).toMatchObject({ status: 200 })

    const closed = new Set<Socket>()
    const flood = Array.from({ length: 800 }, () => connect(lab.edge.httpPort, '127.0.0.1'))
    onTestFinished(() => {
      for (const socket of flood) socket.destroy()
    })
    for (const socket of flood) {
      socket.resume().on('error', () => {})
      socket.on('close', () => closed.add(socket))
    }
    await until(() => openFiles(lab.edge.child) >= 450 && closed.size > 0, 'the edge to have few descriptors left')
    await untilLogged(lab.edge, 'overload: new connections and sessions are refused')
    // Closed at accept, or told so where few others are.
    expect([503, 'ECONNRESET']).toContain(
      await lab.ask().then(
        ({ status }) => status,
        ({ code }) => code as string,
      ),
    )
    expect(await lab.ask({ agent })).toMatchObject({ status: 200 })

    const shed = closed.size
    for (const socket of flood) socket.destroy()
    await untilServed(lab)
    expect(lab.edge.printed()).toContain('overload is over')
    // The session of the agent has not been touched by it.
    expect(lab.edge.printed()).not.toContain('agent session closed')
    table.row('edge out of descriptors', 'new ones reset or 503, old ones 200, then 200 for all', `${shed} of 800 shed`)
  },
)
