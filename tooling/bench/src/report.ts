import { cpus } from 'node:os'
import { type Verdict, verdictsFrom } from './floors.ts'
import { ours } from './peers.ts'
import type { Absence, ScenarioResult } from './run.ts'
import { medianRatio, type Spread, spreadOf } from './statistics.ts'

/** What is printed and, as JSON, kept. */
export interface Report {
  readonly startedAt: string
  readonly machine: Machine
  readonly rounds: number
  readonly seconds: number
  readonly scenarios: readonly ScenarioReport[]
  readonly floors: readonly Verdict[]
}

export interface Machine {
  readonly node: string
  readonly cpu: string
  readonly cores: number
}

export interface ScenarioReport {
  readonly name: string
  readonly title: string
  readonly unit: string
  readonly peers: readonly PeerReport[]
  readonly skipped: readonly Absence[]
  readonly failed: readonly Absence[]
}

export interface PeerReport extends Spread {
  readonly name: string
  readonly link: string
  readonly samples: readonly number[]
  /** Our rate divided by this peer's. */
  readonly ratio: number | null
}

export function thisMachine(): Machine {
  const cores = cpus()
  return { node: process.version, cpu: cores[0]?.model.trim() ?? 'unknown', cores: cores.length }
}

export function createReport(
  run: Pick<Report, 'startedAt' | 'machine' | 'rounds' | 'seconds'>,
  results: readonly ScenarioResult[],
): Report {
  const scenarios = results.map(scenarioReportFrom)
  return { ...run, scenarios, floors: verdictsFrom(scenarios) }
}

function scenarioReportFrom({ scenario, results, skipped, failed }: ScenarioResult): ScenarioReport {
  const ourSamples = results.find(({ peer }) => peer.name === ours)?.samples ?? []
  const peers = results.map(({ peer, samples }) => ({
    name: peer.name,
    link: peer.link,
    samples,
    ...spreadOf(samples),
    ratio: medianRatio(ourSamples, samples) ?? null,
  }))
  return { name: scenario.name, title: scenario.title, unit: scenario.unit, peers, skipped, failed }
}
