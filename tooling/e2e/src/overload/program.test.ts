import '../harness/dangling.ts'
import { writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readAnswer, request, responseTo, startRequest } from '../harness/http-request.ts'
import { startAgentProgram, startEdgeProgram } from '../harness/programs.ts'
import { openTcp } from '../harness/raw-connection.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until } from '../harness/until.ts'
import { startUpstream } from '../harness/upstream.ts'

/** A percent of it is less than the edge has, and the whole is more. */
const GIBIBYTE = 1024 ** 3

const CONSEQUENCES = [
  'overload: connections are not kept for further requests',
  'overload: new connections and sessions are refused',
  'overload: new requests are refused',
  'overload is over',
] as const

test.skipIf(process.platform === 'win32')(
  'an edge whose marks are moved below what it uses refuses in the stated order, finishes what runs, and recovers',
  async () => {
    const config = join(temporaryDirectory(), 'edge.yml')
    const marks = (...percentages: readonly [number, number, number]): void => {
      const [keepAlive, connection, request] = percentages
      writeFileSync(
        config,
        `overload_sample: 50ms\nmax_memory_bytes: ${GIBIBYTE}\nkeep_alive_mark_percent: ${keepAlive}\nconnection_mark_percent: ${connection}\nrequest_mark_percent: ${request}\n`,
      )
    }
    marks(100, 100, 100)
    const edge = await startEdgeProgram({ args: [`--config=${config}`] })
    const transitions = (): Record<string, unknown>[] =>
      edge
        .printed()
        .split('\n')
        .filter((line) => line.startsWith('{') && line.endsWith('}') && line.includes('"overload'))
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    const moveTo = async (...percentages: readonly [number, number, number]): Promise<void> => {
      const before = transitions().length
      marks(...percentages)
      edge.child.kill('SIGHUP')
      await until(() => transitions().length > before, 'the next stage')
    }
    const held: ServerResponse[] = []
    const upstream = await startUpstream((incoming, response) => {
      if (incoming.url === '/hold') held.push(response)
      else response.end('hello')
    })
    const agentOf = (name: string) =>
      startAgentProgram(edge.connectionString, [
        'http',
        String(upstream.port),
        '--scheme=http',
        `--url=${name}.localhost`,
        '--inspect=false',
      ])
    await agentOf('app')
    const url = `http://app.localhost:${edge.httpPort}`
    const kept = await openTcp(edge.httpPort)
    const asking = `GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n`
    await kept.send(asking).receive(/hello$/)
    const running = responseTo((await startRequest(url, { path: '/hold' })).end()).then(readAnswer)
    await until(() => held.length === 1, 'a request at the upstream')

    await moveTo(1, 100, 100)
    expect(await request(url)).toMatchObject({ status: 200, headers: { connection: 'close' } })
    await moveTo(1, 1, 100)
    const overloaded = { status: 503, headers: { 'tunnel-error-code': 'ERR_TUNNEL_743', 'retry-after': '5' } }
    expect(await request(url)).toMatchObject(overloaded)
    const lateAgent = agentOf('late')
    await until(() => edge.printed().includes('"code":"ERR_TUNNEL_128"'), 'the late agent to be refused')
    await moveTo(1, 1, 1)
    kept.send(asking)
    expect(await kept.receiveAll()).toMatch(/503 Service Unavailable[\s\S]*ERR_TUNNEL_743/)
    held[0]?.end('done')
    expect(await running).toMatchObject({ status: 200, text: 'done' })

    await moveTo(100, 100, 100)
    expect(await request(url)).toMatchObject({ status: 200, text: 'hello' })
    expect((await lateAgent).urls).toHaveLength(1)
    const reason = { level: 'warn', reason: 'memory', limit: GIBIBYTE, value: expect.any(Number) }
    expect(transitions()).toEqual(
      CONSEQUENCES.map((msg, at) => {
        const stage = at === 3 ? 0 : at + 1
        const mark = Math.round(GIBIBYTE * (at === 3 ? 0.9 : 0.01))
        return { ...reason, stage, before: at, mark, msg, time: expect.any(String) }
      }),
    )
  },
)
