import '../harness/dangling.ts'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { exitOf, runEdgeCommand, startAgentProgram, startEdgeProgram } from '../harness/programs.ts'
import { visit } from '../harness/raw-connection.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until, within } from '../harness/until.ts'
import { startRawUpstream } from '../harness/upstream.ts'
import { echoes, openEcho, startEchoService } from './harness/echo-sockets.ts'
import { hasWrk, startLoad, startWrk } from './harness/load.ts'
import { httpEndpoint, sessionOf, tcpEndpoint } from './harness/session-of.ts'
import { isRunning, ownerOf, successorOf } from './harness/successor.ts'

const LONG_GRACE = ['--drain-grace=10m', '--log-level=info']
const WEB_SOCKETS = 100

describe.skipIf(process.platform === 'win32')('an edge that is upgraded', () => {
  test('loses no request and no WebSocket, and the old process ends with the last of them', async () => {
    const edge = await startEdgeProgram({ args: LONG_GRACE })
    const agent = await startAgentProgram(edge.connectionString, [
      'http',
      String((await startEchoService()).port),
      '--scheme=http,https',
    ])
    const [url = '', secureUrl = ''] = agent.urls.toSorted()
    const sockets = await Promise.all(Array.from({ length: WEB_SOCKETS }, () => openEcho(url)))
    const load = startLoad(url)
    const secureLoad = startLoad(secureUrl, { ca: edge.ca, connections: 4 })
    await until(() => load.answered > 100 && secureLoad.answered > 10, 'some load')

    edge.child.kill('SIGUSR2')
    const successor = await successorOf(edge)
    const sofar = load.answered
    await until(() => load.answered > sofar + 500, 'load on the new process')
    expect([load.failures, secureLoad.failures]).toEqual([[], []])
    const answers = await Promise.all(sockets.map((socket, index) => echoes(socket, `socket ${index}`)))
    expect(answers).toEqual(Array(WEB_SOCKETS).fill(true))

    expect(edge.child.exitCode).toBeNull()
    for (const socket of sockets) socket.close()
    expect(await exitOf(edge.child)).toBe(0)
    const later = load.answered
    await until(() => load.answered > later + 100, 'load after the old process')
    await Promise.all([load.stop(), secureLoad.stop()])
    expect([load.failures, secureLoad.failures]).toEqual([[], []])
    expect(isRunning(successor)).toBe(true)
    expect(agent.printed()).not.toContain('reconnecting')
  })

  test.skipIf(!hasWrk)('twice, under wrk, fails no request', async () => {
    const edge = await startEdgeProgram({ args: LONG_GRACE })
    const session = await sessionOf(edge)
    const url = (await httpEndpoint(session, (await startEchoService()).port, 'busy')).url()
    const wrk = startWrk(url)
    edge.child.kill('SIGUSR2')
    const second = await successorOf(edge)
    await within(exitOf(edge.child), 'the first process to end', 20_000)
    process.kill(second, 'SIGUSR2')
    await successorOf(edge, second)
    const { requests, errors } = await wrk.stop()
    expect(errors).toEqual([])
    expect(requests).toBeGreaterThan(100)
    await until(() => !isRunning(second), 'the second process to end', 20_000)
  })

  test('has the agent before the old connection is given up, under all its names', async () => {
    const edge = await startEdgeProgram({ args: LONG_GRACE })
    const session = await sessionOf(edge)
    const service = await startEchoService()
    const echo = await startRawUpstream((connection) => connection.socket.pipe(connection.socket))
    const random = await httpEndpoint(session, service.port)
    const tcp = await tcpEndpoint(session, echo.port)
    const urls = [random.url(), tcp.url()]
    const disconnections: unknown[] = []
    session.on('disconnected', (error) => disconnections.push(error))
    const kept = await visit(tcp.url())
    await kept.send('old').receive('old')
    const first = session.welcome?.sessionId

    const moved = once(session, 'connected')
    edge.child.kill('SIGUSR2')
    await successorOf(edge)
    await within(moved, 'the agent to move')
    expect(session.welcome?.sessionId).not.toBe(first)
    expect([random.url(), tcp.url()]).toEqual(urls)
    const fresh = await visit(tcp.url())
    await fresh.send('new').receive('new')
    await kept.send(', still').receive('old, still')
    kept.finish()
    expect(await exitOf(edge.child)).toBe(0)
    await fresh.send(', after').receive('new, after')
    expect(disconnections).toEqual([])
  })

  test('by its command, which says who has taken over', async () => {
    const edge = await startEdgeProgram()
    const printed = runEdgeCommand(['upgrade', `--data=${edge.dataDir}`])
    const successor = await successorOf(edge)
    expect(await printed).toContain(`edge ${successor} has taken the place of ${edge.child.pid}`)
    expect(await exitOf(edge.child)).toBe(0)
    process.kill(successor, 'SIGTERM')
    await until(() => !isRunning(successor), 'the new process to stop')
    await expect(runEdgeCommand(['upgrade', `--data=${edge.dataDir}`])).rejects.toThrow('no edge runs on')
  })

  test('and told to stop before the new process is ready, stops with it', async () => {
    const edge = await startEdgeProgram({ args: LONG_GRACE })
    edge.child.kill('SIGUSR2')
    await until(() => edge.printed().includes('upgrade begins'), 'the upgrade to begin')
    edge.child.kill('SIGTERM')
    expect(await exitOf(edge.child)).toBe(0)
    await expect(runEdgeCommand(['upgrade', `--data=${edge.dataDir}`])).rejects.toThrow('no edge runs on')
  })

  test('to what does not start, goes on unharmed and says why', async () => {
    const config = join(temporaryDirectory(), 'edge.yml')
    writeFileSync(config, 'log_level: info\n')
    const edge = await startEdgeProgram({ args: [`--config=${config}`] })
    const session = await sessionOf(edge)
    const url = (await httpEndpoint(session, (await startEchoService()).port)).url()
    const load = startLoad(url)
    writeFileSync(config, 'log_level: loud\n')
    edge.child.kill('SIGUSR2')
    await until(() => edge.printed().includes('upgrade failed'), 'the upgrade to fail', 20_000)
    expect(edge.printed()).toContain('log_level')
    expect(edge.printed()).toContain('it ended with 1 before it was ready')
    expect(ownerOf(edge)).toBe(edge.child.pid)
    const sofar = load.answered
    await until(() => load.answered > sofar + 100, 'load after the failure')
    await load.stop()
    expect(load.failures).toEqual([])
    expect(session.state).toBe('online')

    // Put right, it works.
    writeFileSync(config, 'log_level: info\n')
    edge.child.kill('SIGUSR2')
    await successorOf(edge)
    expect(await exitOf(edge.child)).toBe(0)
  })
})
