import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { parseConnectionString } from '@tunnel/agent-core'
import { createFaultyLink, type FaultyLink } from '@tunnel/testkit'
import { expect, onTestFinished } from 'vitest'
import { type Answer, type RequestSettings, request } from '../../harness/http-request.ts'
import { type AgentProgram, type EdgeProgram, startAgentProgram, startEdgeProgram } from '../../harness/programs.ts'
import { temporaryDirectory } from '../../harness/temporary-directory.ts'
import { until } from '../../harness/until.ts'
import { startUpstream, type Upstream } from '../../harness/upstream.ts'

/** Interval and tolerance of heartbeats: the least that edge and agents take. */
const HEARTBEAT = '1s'

/** Within these two, silence is found: the ping that is not answered leaves up to an interval after the silence began. */
export const SILENCE_MS = 2000

/** The name that the agent of a lab asks for. */
export const NAME = 'lab.localhost'

export interface Lab {
  readonly edge: EdgeProgram
  readonly upstream: Upstream
  /** `http://lab.localhost:port`. */
  readonly url: string
  readonly secureUrl: string
  ask(settings?: RequestSettings): Promise<Answer>
  /** Another agent process with the same credential, for the same names. */
  startAgent(args?: readonly string[], connect?: string): Promise<AgentProgram>
  /** The connection string by another port, as through a link. */
  connectVia(port: number): string
  /** The edge again, in the place of one that is gone. */
  restartEdge(): Promise<EdgeProgram>
}

export interface LabOptions {
  edgeArgs?: readonly string[]
  /** Of the edge. @default what finds a silent agent within {@link SILENCE_MS} */
  heartbeat?: string
  /** Shell for the edge's process: `ulimit -n 256`. */
  before?: string
  serve?: RequestListener
}

/** An edge and an upstream on loopback; agents are the test's to start. Every program's log is looked at in the end. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const upstream = await startUpstream(options.serve ?? ((_incoming, response) => response.end('hello')))
  const { heartbeat = HEARTBEAT, edgeArgs = [] } = options
  const args = [
    '--log-level=info',
    `--heartbeat-interval=${heartbeat}`,
    `--heartbeat-tolerance=${heartbeat}`,
    ...edgeArgs,
  ]
  const before = options.before === undefined ? {} : { before: options.before }
  const edge = watched(await startEdgeProgram({ args, ...before }))
  const { dataDir, httpPort, httpsPort } = edge
  const url = `http://${NAME}:${httpPort}`
  const agentArgs = [
    'http',
    String(upstream.port),
    '--scheme=http,https',
    `--url=${NAME}`,
    '--log=stderr',
    // Captures are memory on purpose, and bounded by their own tests.
    '--inspect=false',
    `--config=${agentConfig()}`,
  ]
  const lab: Lab = {
    edge,
    upstream,
    url,
    secureUrl: `https://${NAME}:${httpsPort}`,
    ask: (settings) => request(url, { ca: edge.ca, ...settings }),
    startAgent: async (args = agentArgs, connect = edge.connectionString) =>
      watched(await startAgentProgram(connect, args)),
    connectVia: (port) => edge.connectionString.replace(/:\d+\?/, `:${port}?`),
    restartEdge: async () => watched(await startEdgeProgram({ dataDir, httpPort, httpsPort, args })),
  }
  return lab

  function watched<P extends { child: ChildProcess; printed(): string }>(program: P): P {
    onTestFinished(() => expectCleanLog(program.printed(), edgeSecret()))
    return program
  }

  function edgeSecret(): string {
    return parseConnectionString(edge.connectionString).authtoken as string
  }
}

/** A link to a lab's edge that goes with the test. */
export async function linkTo({ edge }: Lab): Promise<FaultyLink> {
  const link = await createFaultyLink({ port: edge.httpsPort })
  onTestFinished(() => link.close())
  return link
}

export async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

/** Asks until the endpoint answers 200. */
export async function untilServed(lab: Lab): Promise<void> {
  let served = false
  let asking = false
  await until(
    () => {
      if (!asking && !served) {
        asking = true
        lab.ask({ headers: { connection: 'close' } }).then(
          ({ status }) => {
            served = status === 200
            asking = false
          },
          () => {
            asking = false
          },
        )
      }
      return served
    },
    'the endpoint to be served',
    30_000,
  )
}

/** The program's log has `text` so often, or will. */
export async function untilLogged(program: { printed(): string }, text: string, times = 1): Promise<void> {
  const found = (): number => program.printed().split(text).length - 1
  await until(() => found() >= times, `${times} × ${JSON.stringify(text)} in ${program.printed().slice(-2000)}`, 20_000)
}

function expectCleanLog(log: string, authtoken: string): void {
  expect(log).not.toMatch(/uncaught|unhandled|at \S+ \(.*:\d+:\d+\)/i)
  expect(log).not.toContain(authtoken.split('_')[1])
}

function agentConfig(): string {
  const path = join(temporaryDirectory(), 'agent.yml')
  writeFileSync(path, `version: "2"\nheartbeat_interval: ${HEARTBEAT}\nheartbeat_tolerance: ${HEARTBEAT}\n`)
  return path
}
