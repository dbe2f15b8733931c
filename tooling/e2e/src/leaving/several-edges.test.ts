import '../harness/dangling.ts'
import { describe, expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import {
  type EdgeProgram,
  exitOf,
  runAgentProgram,
  startAgentProgram,
  startEdgeProgram,
  stop,
} from '../harness/programs.ts'
import { visit } from '../harness/raw-connection.ts'
import { until } from '../harness/until.ts'
import { startRawUpstream, startUpstream, unusedPort } from '../harness/upstream.ts'
import { echoes, openEcho, startEchoService } from './harness/echo-sockets.ts'

const args = ['--public-http-port=80', '--drain-grace=10m', '--log-level=info']

/** One of those that serve the same names behind something that spreads visitors. It says port 80, and listens elsewhere. */
async function startOne(
  options: { dataDir?: string; httpPort?: number; httpsPort?: number } = {},
): Promise<EdgeProgram> {
  const httpPort = options.httpPort ?? (await unusedPort())
  return { ...(await startEdgeProgram({ ...options, httpPort, args })), httpPort }
}

/** Each has its own CA, credentials and ports. */
const startTwoEdges = async (): Promise<[EdgeProgram, EdgeProgram]> => [await startOne(), await startOne()]

const at = (edge: EdgeProgram, url: string, path = '/') =>
  request(`http://${new URL(url).hostname}:${edge.httpPort}${path}`)

const connectTo = (edges: readonly EdgeProgram[]): string => edges.map((edge) => edge.connectionString).join(',')

/** Asks an edge until it answers as wanted: that an agent is back has no event here. */
async function untilStatus(edge: EdgeProgram, url: string, wanted: number): Promise<void> {
  let status = 0
  let asking = false
  await until(
    () => {
      if (!asking && status !== wanted) {
        asking = true
        void at(edge, url)
          .then((answer) => {
            status = answer.status
          })
          .catch(() => {})
          .finally(() => {
            asking = false
          })
      }
      return status === wanted
    },
    `status ${wanted}`,
    30_000,
  )
}

describe('an agent with two edges', () => {
  test('is online at both under one name, and goes on at one when the other is killed', async () => {
    const edges = await startTwoEdges()
    const [first, second] = edges
    const { port } = await startUpstream((_incoming, response) => response.end('hello'))
    const agent = await startAgentProgram(connectTo(edges), ['http', String(port), '--scheme=http'])
    const [url = ''] = agent.urls
    expect(new URL(url).port).toBe('')
    for (const edge of edges) expect(await at(edge, url)).toMatchObject({ status: 200, text: 'hello' })

    first.child.kill('SIGKILL')
    await exitOf(first.child)
    expect(await at(second, url)).toMatchObject({ status: 200 })
    expect(agent.printed()).not.toContain('reconnecting')

    const { dataDir, httpPort, httpsPort } = first
    const again = await startOne({ dataDir, httpPort, httpsPort })
    await untilStatus(again, url, 200)
    expect(await at(second, url)).toMatchObject({ status: 200 })
    expect(await stop(agent.child)).toBe(0)
    for (const edge of [again, second]) expect(await at(edge, url)).toMatchObject({ status: 404 })
  })

  test('serves at the other one while what runs at the first finishes', async () => {
    const edges = await startTwoEdges()
    const [first, second] = edges
    const { port } = await startEchoService()
    const agent = await startAgentProgram(connectTo(edges), ['http', String(port), '--url=http://shared.localhost'])
    const [url = ''] = agent.urls
    const running = await openEcho(`http://shared.localhost:${first.httpPort}`)
    first.child.kill('SIGTERM')
    await until(() => first.printed().includes('edge is stopping'), 'the first edge to begin')
    expect(await at(second, url)).toMatchObject({ status: 200 })
    expect(await echoes(running, 'still there')).toBe(true)
    running.close()
    expect(await exitOf(first.child)).toBe(0)
    expect(await at(second, url)).toMatchObject({ status: 200 })
  })

  test('comes online with the one that is there, and at the other when it comes', async () => {
    const [first, second] = await startTwoEdges()
    await stop(first.child)
    const { port } = await startUpstream((_incoming, response) => response.end('hello'))
    const agent = await startAgentProgram(connectTo([first, second]), ['http', String(port), '--scheme=http'])
    const [url = ''] = agent.urls
    expect(await at(second, url)).toMatchObject({ status: 200 })
    const { dataDir, httpPort, httpsPort } = first
    const late = await startOne({ dataDir, httpPort, httpsPort })
    await untilStatus(late, url, 200)
  })

  test('is at the one alone whose region it is told, and knows which there are', async () => {
    const edges = await startTwoEdges()
    const [first, second] = edges
    const [one, other] = edges.map((edge) => edge.connectionString) as [string, string]
    const connect = `${one},${other.replace('@localhost', '@127.0.0.1')}`
    const { port } = await startUpstream((_incoming, response) => response.end('hello'))
    const args = ['http', String(port), '--url=http://there.localhost']
    const agent = await startAgentProgram(connect, [...args, '--region=localhost'])
    const [url = ''] = agent.urls
    expect(await at(first, url)).toMatchObject({ status: 200 })
    expect(await at(second, url)).toMatchObject({ status: 404 })
    const lost = await runAgentProgram(connect, [...args, '--region=jp'])
    expect(lost.code).toBe(1)
    expect(lost.stderr).toContain('no edge is in the region "jp": there are localhost, 127.0.0.1')
  })

  test('says which endpoint one of them refuses, and goes on with the other', async () => {
    const edges = await startTwoEdges()
    // On one machine only one of the two can have a port.
    const echo = await startRawUpstream((connection) => connection.socket.pipe(connection.socket))
    const agent = await startAgentProgram(connectTo(edges), ['tcp', String(echo.port), '--log=stdout'])
    const [url = ''] = agent.urls
    await (await visit(url)).send('ping').receive('ping')
    await until(() => agent.printed().includes('tunnel refused by one edge'), 'the agent to say so')
  })
})
