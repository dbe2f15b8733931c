import '../harness/dangling.ts'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { until } from '../harness/until.ts'
import { FaultTable } from './harness/fault-table.ts'
import { type Lab, startLab, untilServed } from './harness/lab.ts'
import { hasProc, openSockets } from './harness/process-view.ts'

const table = new FaultTable()

/** Connections that are opened and say nothing, all at once, and whether they are still open. */
function flood(count: number, open: () => Socket) {
  const sockets = Array.from({ length: count }, open)
  const closed = new Set<Socket>()
  for (const socket of sockets) {
    // Without a reader the end of the other side is never noticed.
    socket.resume().on('error', () => {})
    socket.on('close', () => closed.add(socket))
  }
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
  })
  return {
    get openCount() {
      return count - closed.size
    },
  }
}

const tcp = (port: number) => (): Socket => connectTcp(port, '127.0.0.1')
const silentAgent = (lab: Lab) => (): Socket =>
  connectTls({ host: '127.0.0.1', port: lab.edge.httpsPort, ALPNProtocols: ['tunnel/1'], rejectUnauthorized: false })

test.skipIf(!hasProc)(
  'hundreds of connections that say nothing, on every port, hold nobody up and are closed in time',
  async () => {
    const lab = await startLab({ edgeArgs: ['--head-timeout=2s', '--handshake-timeout=3s', '--hello-timeout=2s'] })
    await lab.startAgent()
    await untilServed(lab)
    const before = openSockets(lab.edge.child)
    const floods = [
      flood(300, tcp(lab.edge.httpPort)),
      flood(300, tcp(lab.edge.httpsPort)),
      flood(100, () => silentVisitor(lab)),
      flood(100, silentAgent(lab)),
    ]
    await until(() => openSockets(lab.edge.child) >= before + 600, 'the flood to be there')
    for (let times = 0; times < 20; times++) expect(await lab.ask()).toMatchObject({ status: 200 })
    await until(() => floods.every(({ openCount }) => openCount === 0), 'the edge to close them', 30_000)
    await until(() => openSockets(lab.edge.child) <= before, 'their sockets to be gone')
    expect(await lab.ask()).toMatchObject({ status: 200 })
    table.row(
      '800 silent connections: TCP, TLS, agents',
      '200 all the time',
      'closed by head, handshake and hello timeouts',
    )
  },
)

describe('a limit holds', () => {
  test('on visitor connections: those beyond it are closed, the agent and earlier visitors go on', async () => {
    const lab = await startLab({ edgeArgs: ['--max-visitor-connections=50', '--head-timeout=2s'] })
    await lab.startAgent()
    await untilServed(lab)
    const silent = flood(200, tcp(lab.edge.httpPort))
    await until(() => silent.openCount <= 50, 'those beyond the limit to be closed')
    await untilServed(lab)
    await until(() => silent.openCount === 0, 'the others to be closed in time')
    table.row('200 connections, max_visitor_connections 50', 'closed beyond it, 200 once there is room', 'limit held')
  })

  test('on agents that have not authenticated: others still may', async () => {
    const lab = await startLab({ edgeArgs: ['--max-unauthenticated-sessions=20', '--hello-timeout=2s'] })
    const silent = flood(100, silentAgent(lab))
    await until(() => silent.openCount <= 20, 'those beyond the limit to be closed')
    await until(() => silent.openCount === 0, 'the others to time out')
    await lab.startAgent()
    expect(await lab.ask()).toMatchObject({ status: 200 })
    table.row('100 silent agents, max_unauthenticated_sessions 20', '–', 'limit held, an honest agent gets in')
  })
})

function silentVisitor({ edge, secureUrl }: Lab): Socket {
  const { hostname: servername } = new URL(secureUrl)
  return connectTls({ host: '127.0.0.1', port: edge.httpsPort, servername, rejectUnauthorized: false })
}
