import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Peer } from './peer.ts'
import { Children } from './process.ts'
import { missingPrograms } from './programs.ts'
import { type Scenario, startUpstream } from './scenario.ts'
import { loopbackTarget, type Target, waitForOk } from './target.ts'

/** A first run that is not counted: the JIT of the Node programs needs some seconds, congestion windows and buffers settle. */
const warmUpSeconds = 4

export interface RunOptions {
  readonly rounds: number
  readonly seconds: number
  readonly peers: readonly Peer[]
  /** An empty directory for all files of this run. */
  readonly dir: string
  readonly signal: AbortSignal
  readonly log: (line: string) => void
}

export interface PeerResult {
  readonly peer: Peer
  /** One rate per round. */
  readonly samples: readonly number[]
}

export interface ScenarioResult {
  readonly scenario: Scenario
  readonly results: readonly PeerResult[]
  /** Peers without a result, and why. */
  readonly skipped: readonly Absence[]
  readonly failed: readonly Absence[]
}

export interface Absence {
  readonly name: string
  readonly reason: string
}

interface RunningPeer {
  readonly peer: Peer
  readonly children: Children
  readonly target: Target
  readonly samples: number[]
}

/** Starts all peers, then measures them in turn, round after round: what disturbs the machine disturbs all alike. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<ScenarioResult> {
  const { rounds, seconds, signal, log } = options
  const missing = missingPrograms(scenario.needs)
  if (missing) return { scenario, results: [], skipped: [{ name: 'all', reason: missing }], failed: [] }

  const run = new Run(scenario, options)
  try {
    await run.start()
    await run.measureEach(warmUpSeconds)
    for (let round = 1; round <= rounds; round++) {
      const rates = await run.measureEach(seconds)
      for (const [peer, rate] of rates) peer.samples.push(rate)
      const cells = rates.map(([{ peer }, rate]) => `${peer.name} ${Math.round(rate)}`)
      log(`${scenario.name} ${round}/${rounds}: ${cells.join('  ')}`)
    }
    signal.throwIfAborted()
    return run.result()
  } finally {
    await run.stop()
  }
}

class Run {
  readonly #scenario: Scenario
  readonly #options: RunOptions
  readonly #children: Children[] = []
  readonly #running = new Set<RunningPeer>()
  readonly #skipped: Absence[] = []
  readonly #failed: Absence[] = []

  constructor(scenario: Scenario, options: RunOptions) {
    this.#scenario = scenario
    this.#options = options
  }

  async start(): Promise<void> {
    const upstream = await this.#createChildren('upstream')
    const upstreamPort = await startUpstream(this.#scenario, upstream)
    await waitForOk(loopbackTarget(upstreamPort), upstream, this.#options.signal)
    for (const peer of this.#options.peers) await this.#startPeer(peer, upstreamPort)
  }

  /** One rate of each peer; a peer that fails is stopped and out of the later rounds. */
  async measureEach(seconds: number): Promise<[RunningPeer, number][]> {
    const { signal } = this.#options
    const rates: [RunningPeer, number][] = []
    for (const running of this.#running) {
      const { target, children } = running
      signal.throwIfAborted()
      try {
        const rate = await this.#scenario.measure(target, seconds, children, signal)
        children.assertRunning()
        rates.push([running, rate])
      } catch (error) {
        this.#running.delete(running)
        await this.#fail(running.peer, children, error)
      }
    }
    return rates
  }

  result(): ScenarioResult {
    return { scenario: this.#scenario, results: [...this.#running], skipped: this.#skipped, failed: this.#failed }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#children.map((children) => children.stop()))
  }

  async #startPeer(peer: Peer, upstreamPort: number): Promise<void> {
    const reason = missingPrograms(peer.needs) ?? peer.unavailable?.()
    if (reason) {
      this.#skipped.push({ name: peer.name, reason })
      return
    }
    const { signal } = this.#options
    const children = await this.#createChildren(peer.name)
    try {
      const target = await peer.start({ upstreamPort, children, signal })
      await waitForOk(target, children, signal)
      this.#running.add({ peer, children, target, samples: [] })
    } catch (error) {
      await this.#fail(peer, children, error)
    }
  }

  async #fail(peer: Peer, children: Children, error: unknown): Promise<void> {
    await children.stop()
    this.#options.signal.throwIfAborted()
    this.#failed.push({ name: peer.name, reason: error instanceof Error ? error.message : String(error) })
  }

  async #createChildren(name: string): Promise<Children> {
    const dir = join(this.#options.dir, `${this.#scenario.name}-${name}`)
    await mkdir(dir)
    const children = new Children(dir)
    this.#children.push(children)
    return children
  }
}
