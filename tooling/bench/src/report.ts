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
  /** The program that visitors connect to, of each peer, ran on one core. */
  readonly pinsFront: boolean
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
  readonly figures: readonly FigureReport[]
  readonly skipped: readonly Absence[]
  readonly failed: readonly Absence[]
}

/** One metric of one peer. */
export interface FigureReport extends Spread {
  readonly metric: string
  readonly unit: string
  readonly peer: string
  readonly link: string
  readonly samples: readonly number[]
  /** Our figure divided by this peer's. */
  readonly ratio: number | null
}

export function thisMachine(): Machine {
  const cores = cpus()
  return { node: process.version, cpu: cores[0]?.model.trim() ?? 'unknown', cores: cores.length }
}

export function createReport(
  run: Pick<Report, 'startedAt' | 'machine' | 'rounds' | 'seconds' | 'pinsFront'>,
  results: readonly ScenarioResult[],
): Report {
  const scenarios = results.map(scenarioReportFrom)
  return { ...run, scenarios, floors: verdictsFrom(scenarios, ours) }
}

function scenarioReportFrom({ scenario, results, skipped, failed }: ScenarioResult): ScenarioReport {
  const figures = scenario.metrics.flatMap(({ name, unit }, index) => {
    const samplesOf = ({ rounds }: ScenarioResult['results'][number]) =>
      rounds.map((figures) => figures[index] as number)
    const own = results.find(({ peer }) => peer.name === ours)
    const ourSamples = own ? samplesOf(own) : []
    return results.map((result) => {
      const samples = samplesOf(result)
      const { name: peer, link } = result.peer
      const ratio = medianRatio(ourSamples, samples) ?? null
      return { metric: name, unit, peer, link, samples, ...spreadOf(samples), ratio }
    })
  })
  return { name: scenario.name, title: scenario.title, figures, skipped, failed }
}
