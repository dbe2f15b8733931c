import './harness/dangling.ts'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readAnswer, request, responseTo, startRequest } from './harness/http-request.ts'
import { digestOf, LargeBody } from './harness/large-body.ts'
import { residentBytes, runToEnd } from './harness/process.ts'
import { exitOf, runAgentProgram, startAgentProgram, startEdgeProgram, stop } from './harness/programs.ts'
import { temporaryDirectory } from './harness/temporary-directory.ts'
import { until, untilStill } from './harness/until.ts'
import { startUpstream } from './harness/upstream.ts'
import { writeEndlessly } from './harness/write-endlessly.ts'

const MEGABYTE = 1024 * 1024
const hello = () => startUpstream((_incoming, response) => response.end('hello'))

const statusOf = async (url: string, ca: string): Promise<number> => (await request(url, { ca })).status

test('the two programs do the main job, and stop when told to', async () => {
  const edge = await startEdgeProgram()
  const upstream = await hello()
  const agent = await startAgentProgram(edge.connectionString, ['http', String(upstream.port), '--scheme=http,https'])
  expect(agent.urls.map((url) => new URL(url).protocol).sort()).toEqual(['http:', 'https:'])
  for (const url of agent.urls)
    expect(await request(url, { ca: edge.ca })).toMatchObject({ status: 200, text: 'hello' })

  expect(await stop(agent.child)).toBe(0)
  for (const url of agent.urls) expect(await statusOf(url, edge.ca)).toBe(404)
  expect(await stop(edge.child)).toBe(0)
})

test('an agent that is killed is offline at once, and a new one may have its name', async () => {
  const edge = await startEdgeProgram()
  const { port } = await hello()
  const args = ['http', String(port), '--url=http://mine.localhost']
  const agent = await startAgentProgram(edge.connectionString, args)
  agent.child.kill('SIGKILL')
  await exitOf(agent.child)
  const [url = ''] = agent.urls
  for (let tries = 0; (await statusOf(url, edge.ca)) !== 404; tries++) expect(tries).toBeLessThan(100)

  const next = await startAgentProgram(edge.connectionString, args)
  expect(next.urls).toEqual(agent.urls)
  expect(await statusOf(url, edge.ca)).toBe(200)
})

test('an edge that is killed and started again has its agents back, under their names', async () => {
  const first = await startEdgeProgram()
  const agent = await startAgentProgram(first.connectionString, ['http', String((await hello()).port), '--scheme=http'])
  first.child.kill('SIGKILL')
  await exitOf(first.child)

  const { dataDir, httpPort, httpsPort } = first
  const second = await startEdgeProgram({ dataDir, httpPort, httpsPort })
  let status = 0
  const asking = setInterval(() => {
    // One that is under way at the end of the test is cut off.
    void statusOf(agent.urls[0] as string, second.ca).then(
      (now) => {
        status = now
      },
      () => {},
    )
  }, 50)
  onTestFinished(() => clearInterval(asking))
  await until(() => status === 200, 'the agent to be back', 20_000)
  clearInterval(asking)
})

test('an agent that is refused says why, without its authtoken, and fails', async () => {
  const edge = await startEdgeProgram()
  const authtoken = `${'a'.repeat(27)}_${'b'.repeat(21)}`
  const connect = edge.connectionString.replace(/\/\/[^@]*@/, `//${authtoken}@`)
  const { code, stdout, stderr } = await runAgentProgram(connect, ['http', '80'])
  expect(code).toBe(1)
  expect(stderr).toContain('ERR_TUNNEL_107')
  expect(stdout + stderr).not.toContain(authtoken)
})

test('an edge ends with the program that started it', async () => {
  const edge = await startEdgeProgram()
  edge.child.disconnect()
  expect(await exitOf(edge.child)).toBe(0)
})

describe('a program that uses the library and has closed what it opened ends by itself', () => {
  const program = (name: string): string => join(dirname(fileURLToPath(import.meta.url)), 'programs', name)

  test('as an agent', async () => {
    const edge = await startEdgeProgram()
    const printed = await runToEnd(process.execPath, [program('close-agent.mjs'), edge.connectionString])
    expect(printed.toString()).toMatch(/^https:\/\/\w+\.localhost/)
  })

  test('as an edge', async () => {
    await runToEnd(process.execPath, [program('close-edge.mjs'), temporaryDirectory()])
  })
})

// Resident memory is read from /proc.
describe.skipIf(!existsSync('/proc/self/status'))('memory stays flat', () => {
  /** A gigabyte; more when asked: `TUNNEL_E2E_MEGABYTES=2048`. */
  const large = new LargeBody(Number(process.env.TUNNEL_E2E_MEGABYTES ?? 1024) * MEGABYTE)
  const MAX_GROWTH = 150 * MEGABYTE

  /** Starts to watch the processes; answers, when called, by how much the worst of them grew. */
  async function watchGrowth(children: ChildProcess[]): Promise<() => Promise<number>> {
    const before = await Promise.all(children.map(residentBytes))
    let worst = 0
    const look = async (): Promise<void> => {
      const now = await Promise.all(children.map(residentBytes))
      worst = Math.max(worst, ...now.map((bytes, index) => bytes - (before[index] as number)))
    }
    const watching = setInterval(() => void look(), 50)
    onTestFinished(() => clearInterval(watching))
    return async () => {
      clearInterval(watching)
      await look()
      return worst
    }
  }

  test.each(['http', 'https'] as const)('while a gigabyte comes down over %s', async (scheme) => {
    const edge = await startEdgeProgram()
    const upstream = await startUpstream((_incoming, response) => large.writeTo(response))
    const agent = await startAgentProgram(edge.connectionString, ['http', String(upstream.port), `--scheme=${scheme}`])
    const growth = await watchGrowth([edge.child, agent.child])
    const outgoing = await startRequest(agent.urls[0] as string, { ca: edge.ca })
    outgoing.end()
    expect(await digestOf(await responseTo(outgoing))).toBe(large.digest)
    expect(await growth()).toBeLessThan(MAX_GROWTH)
  })

  test.each(['http', 'https'] as const)('while a gigabyte goes up over %s', async (scheme) => {
    const edge = await startEdgeProgram()
    const upstream = await startUpstream((incoming, response) => {
      void digestOf(incoming).then((digest) => response.end(digest))
    })
    const agent = await startAgentProgram(edge.connectionString, ['http', String(upstream.port), `--scheme=${scheme}`])
    const growth = await watchGrowth([edge.child, agent.child])
    const outgoing = await startRequest(agent.urls[0] as string, { ca: edge.ca, method: 'POST' })
    large.writeTo(outgoing)
    expect(await readAnswer(await responseTo(outgoing))).toMatchObject({ text: large.digest })
    expect(await growth()).toBeLessThan(MAX_GROWTH)
  })

  test('while ten visitors do not read what they asked for', async () => {
    const edge = await startEdgeProgram()
    let sent = 0
    const upstream = await startUpstream((_incoming, response) =>
      writeEndlessly(response, (bytes) => {
        sent += bytes
      }),
    )
    const agent = await startAgentProgram(edge.connectionString, ['http', String(upstream.port)])
    const growth = await watchGrowth([edge.child, agent.child])
    for (let count = 0; count < 10; count++) {
      const outgoing = await startRequest(agent.urls[0] as string, { ca: edge.ca })
      outgoing.end()
      await responseTo(outgoing)
    }
    await untilStill(() => sent)
    expect(await growth()).toBeLessThan(MAX_GROWTH)
  })
})
