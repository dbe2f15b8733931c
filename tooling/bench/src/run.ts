import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Peer } from './peer.ts'
import { ours } from './peers.ts'
import { Children } from './process.ts'
import { missingPrograms } from './programs.ts'
import { isProbe, type Metric, type Probe, type Scenario } from './scenario.ts'
import { freePort, type Target, waitForOk, waitForPort } from './target.ts'

/** A first run that is not counted: the JIT of the Node programs needs some seconds, congestion windows and buffers settle. */
const warmUpSeconds = 10

export interface RunOptions {
  readonly rounds: number
  readonly seconds: number
  readonly peers: readonly Peer[]
  readonly pinsFront: boolean
  /** An empty directory for all files of this run. */
  readonly dir: string
  readonly signal: AbortSignal
  readonly log: (line: string) => void
}

/** The figures of one round, one for each metric. */
export type Figures = readonly number[]

export interface PeerResult {
  readonly peer: Pick<Peer, 'name' | 'link'>
  readonly rounds: readonly Figures[]
}

export interface ScenarioResult {
  readonly scenario: Scenario | Probe
  readonly results: readonly PeerResult[]
  /** Peers without a result, and why. */
  readonly skipped: readonly Absence[]
  readonly failed: readonly Absence[]
}

export interface Absence {
  readonly name: string
  readonly reason: string
}

export async function runScenario(scenario: Scenario | Probe, options: RunOptions): Promise<ScenarioResult> {
  const missing = missingPrograms(scenario.needs)
  if (missing) return { scenario, results: [], skipped: [{ name: 'all', reason: missing }], failed: [] }
  return isProbe(scenario) ? runProbe(scenario, options) : runPeers(scenario, options)
}

/** Starts all peers, then measures them in turn, round after round: what disturbs the machine disturbs all alike. */
async function runPeers(scenario: Scenario, options: RunOptions): Promise<ScenarioResult> {
  const { rounds, seconds, signal, log } = options
  const run = new Run(scenario, options)
  try {
    await run.start()
    await run.measureEach(warmUpSeconds)
    for (let round = 1; round <= rounds; round++) {
      const all = await run.measureEach(seconds)
      for (const [peer, figures] of all) peer.rounds.push(figures)
      const cells = all.map(([{ peer }, figures]) => `${peer.name} ${figuresText(scenario.metrics, figures)}`)
      log(`${scenario.name} ${round}/${rounds}: ${cells.join('  ')}`)
    }
    signal.throwIfAborted()
    return run.result()
  } finally {
    await run.stop()
  }
}

async function runProbe(probe: Probe, options: RunOptions): Promise<ScenarioResult> {
  const { dir, peers, signal, log } = options
  const rounds = Math.min(options.rounds, probe.maxRounds)
  const figures: Figures[] = []
  const failed: Absence[] = []
  const tunnel = peers.find(({ name }) => name === ours)
  const absence = tunnel ? tunnel.unavailable?.() : 'not among --peers'
  if (!tunnel || absence) {
    return { scenario: probe, results: [], skipped: [{ name: ours, reason: absence ?? '' }], failed }
  }
  for (let round = 1; round <= rounds && failed.length === 0; round++) {
    const path = join(dir, `${probe.name}-${round}`)
    await mkdir(path)
    const children = new Children(path, options)
    try {
      figures.push(await probe.measure(children, signal))
      log(`${probe.name} ${round}/${rounds}: ${figuresText(probe.metrics, figures.at(-1) ?? [])}`)
    } catch (error) {
      signal.throwIfAborted()
      failed.push({ name: ours, reason: reasonOf(error) })
    } finally {
      await children.stop()
    }
  }
  const results = figures.length > 0 ? [{ peer: tunnel, rounds: figures }] : []
  return { scenario: probe, results, skipped: [], failed }
}

function figuresText(metrics: readonly Metric[], figures: Figures): string {
  return metrics.map(({ unit }, index) => `${Number(figures[index]?.toPrecision(4))} ${unit}`).join(', ')
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

interface RunningPeer {
  readonly peer: Peer
  readonly children: Children
  readonly target: Target
  readonly rounds: Figures[]
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
    const upstreamPort = await freePort()
    await this.#scenario.startUpstream(upstreamPort, upstream)
    await waitForPort(upstreamPort, upstream, this.#options.signal)
    for (const peer of this.#options.peers) {
      if (this.#isAbout(peer)) await this.#startPeer(peer, upstreamPort)
    }
  }

  /** The figures of each peer; a peer that fails is stopped and out of the later rounds. */
  async measureEach(seconds: number): Promise<[RunningPeer, Figures][]> {
    const { signal } = this.#options
    const all: [RunningPeer, Figures][] = []
    for (const running of this.#running) {
      const { target, children } = running
      signal.throwIfAborted()
      try {
        const figures = await this.#scenario.measure(target, seconds, children, signal)
        children.assertRunning()
        all.push([running, figures])
      } catch (error) {
        this.#running.delete(running)
        await this.#fail(running.peer, children, error)
      }
    }
    return all
  }

  result(): ScenarioResult {
    return { scenario: this.#scenario, results: [...this.#running], skipped: this.#skipped, failed: this.#failed }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#children.map((children) => children.stop()))
  }

  /** A scenario with TLS has nothing to ask of a peer that moves bytes. */
  #isAbout({ name, terminatesTls }: Peer): boolean {
    const { tls, peers } = this.#scenario
    return (peers?.includes(name) ?? true) && (!tls || terminatesTls === true)
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
      const target = await peer.start({ upstreamPort, tls: this.#scenario.tls ?? false, children, signal })
      await waitForOk(target, children, signal)
      this.#running.add({ peer, children, target, rounds: [] })
    } catch (error) {
      await this.#fail(peer, children, error)
    }
  }

  async #fail(peer: Peer, children: Children, error: unknown): Promise<void> {
    await children.stop()
    this.#options.signal.throwIfAborted()
    this.#failed.push({ name: peer.name, reason: reasonOf(error) })
  }

  async #createChildren(name: string): Promise<Children> {
    const dir = join(this.#options.dir, `${this.#scenario.name}-${name}`)
    await mkdir(dir)
    const children = new Children(dir, this.#options)
    this.#children.push(children)
    return children
  }
}
