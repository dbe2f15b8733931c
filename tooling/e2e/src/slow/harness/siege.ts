import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { WebSocketServer } from 'ws'
import { type Lab, startLab } from '../../faults/harness/lab.ts'
import { openFiles } from '../../faults/harness/process-view.ts'
import { temporaryDirectory } from '../../harness/temporary-directory.ts'
import { until } from '../../harness/until.ts'
import { writeEndlessly } from '../../harness/write-endlessly.ts'
import { type HonestVisitor, startHonestVisitor } from './honest-visitor.ts'

export const MAX_PER_ADDRESS = 600

/** The edge's limits, small enough to be met within seconds, and far enough above the honest visitor's pace. */
const LIMITS = [
  '--head-timeout=2s',
  '--handshake-timeout=2s',
  '--client-idle-timeout=4s',
  '--upstream-idle-timeout=3s',
  '--http2-ping-interval=2s',
  '--max-head-bytes=16384',
  '--max-headers=100',
  '--max-http2-resets=50',
  '--max-http2-control-frames=100',
  '--max-http2-invalid-frames=100',
  '--linger-timeout=200ms',
  '--upstream-keep-alive=500ms',
  `--max-connections-per-address=${MAX_PER_ADDRESS}`,
]

/** Where an agent serves a directory whose index has so many bytes. */
export const FILES_NAME = 'files.localhost'
export const FILE_BYTES = 4096

/** The honest visitor has as many answers while an attack lasts, or the row says nothing. */
const LEAST_ANSWERS = 10

/** One way to be a burden. */
export interface Attack {
  readonly name: string
  /** Resolves to what the attackers got, once all of them have got it; rejects when they got something else. */
  run(siege: Siege): Promise<string>
}

/** What an attack did. */
export interface Outcome {
  readonly name: string
  readonly attackersGot: string
  readonly honestSaw: string
  readonly failure?: string
}

/** What the upstream answers at `/large`. */
const LARGE = Buffer.alloc(64 * 1024)

type OpenCounts = Record<'files of the edge' | 'files of the agent' | 'streams to the upstream', number>

/** An edge with small limits, an agent, an upstream, and somebody honest who must not notice what else goes on. */
export class Siege {
  readonly lab: Lab
  readonly #honest: HonestVisitor
  readonly #underWay: Map<string, number>
  readonly #openCounts: () => OpenCounts
  readonly #before: OpenCounts
  /** Something of an attack is left: what would come next could not be told from it. */
  hasLeftovers = false

  private constructor(
    lab: Lab,
    honest: HonestVisitor,
    underWay: Map<string, number>,
    openCounts: () => OpenCounts,
    before: OpenCounts,
  ) {
    this.lab = lab
    this.#honest = honest
    this.#underWay = underWay
    this.#openCounts = openCounts
    this.#before = before
  }

  static async start(): Promise<Siege> {
    const underWay = new Map<string, number>()
    const lab = await startLab({
      edgeArgs: LIMITS,
      serve: (incoming, response) => {
        const { url = '' } = incoming
        underWay.set(url, (underWay.get(url) ?? 0) + 1)
        response.once('close', () => underWay.set(url, (underWay.get(url) ?? 0) - 1))
        if (url.startsWith('/endless')) writeEndlessly(response)
        else if (url.startsWith('/large')) response.end(LARGE)
        else incoming.on('end', () => response.end('hello')).resume()
      },
    })
    new WebSocketServer({ server: lab.upstream.server }).on('connection', (socket) => socket.on('error', () => {}))
    const agent = await lab.startAgent()
    await lab.startAgent(['http', `file://${directoryWithFile()}`, `--url=http://${FILES_NAME}`, '--inspect=false'])
    const honest = await startHonestVisitor(lab)
    await honest.untilServed(LEAST_ANSWERS)
    const openCounts = (): OpenCounts => ({
      'files of the edge': openFiles(lab.edge.child),
      'files of the agent': openFiles(agent.child),
      'streams to the upstream': lab.upstream.openConnections,
    })
    const seen = await honest.atRest(LEAST_ANSWERS, openCounts)
    // A new connection may still be closing, and a stream may be waiting no longer.
    const before = {
      'files of the edge': Math.min(...seen.map((counts) => counts['files of the edge'])),
      'files of the agent': Math.max(...seen.map((counts) => counts['files of the agent'])),
      'streams to the upstream': Math.max(...seen.map((counts) => counts['streams to the upstream'])),
    }
    return new Siege(lab, honest, underWay, openCounts, before)
  }

  /** Requests for a target that the upstream has not answered to the end. */
  underWay(target: string): number {
    return this.#underWay.get(target) ?? 0
  }

  /** Runs attacks together, and looks at what they did to the honest visitor and what they left behind. */
  async stand(attacks: readonly Attack[]): Promise<Outcome[]> {
    const honest = this.#honest
    const [served, failed] = [honest.served, honest.failures.length]
    honest.takeSlowestMs()
    const [results] = await Promise.all([
      Promise.allSettled(attacks.map((attack) => attack.run(this))),
      honest.untilServed(LEAST_ANSWERS),
    ])
    const failures = honest.failures.slice(failed)
    const left = await this.#whatIsLeft()
    this.hasLeftovers ||= left.length > 0
    const honestSaw = [
      `${honest.served - served} × 200`,
      ...failures,
      `slowest ${Math.round(honest.takeSlowestMs())} ms`,
    ].join(', ')
    return results.map((result, at) => {
      const attackersGot = result.status === 'fulfilled' ? result.value : 'something else'
      const reasons = [...(result.status === 'rejected' ? [String(result.reason)] : []), ...failures, ...left]
      const name = (attacks[at] as Attack).name
      return { name, attackersGot, honestSaw, ...(reasons.length > 0 && { failure: reasons.join('; ') }) }
    })
  }

  /** What has more open than before any attack; nothing, once everything is closed. */
  async #whatIsLeft(): Promise<string[]> {
    const more = (): string[] => {
      const now = this.#openCounts()
      return (Object.keys(now) as (keyof OpenCounts)[])
        .filter((what) => now[what] > this.#before[what])
        .map((what) => `${now[what]} ${what}, ${this.#before[what]} before`)
    }
    await until(() => more().length === 0, 'nothing to be left', 15_000).catch(() => {})
    return more()
  }
}

function directoryWithFile(): string {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'index.html'), Buffer.alloc(FILE_BYTES))
  return directory
}

/** Fails with all that the attackers got when it is not what they should have got. */
export function expectAll<T>(got: readonly T[], expected: T): void {
  expect(got).toEqual(got.map(() => expected))
}
