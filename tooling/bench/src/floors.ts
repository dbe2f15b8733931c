import type { ScenarioReport } from './report.ts'

/** The least that our rate divided by a peer's may be. */
export interface Floor {
  readonly scenario: string
  readonly against: string
  readonly atLeast: number
}

export interface Verdict extends Floor {
  readonly ratio: number | null
  readonly outcome: 'pass' | 'miss' | 'not measured'
}

const floors: readonly Floor[] = [
  { scenario: 'small', against: 'nginx', atLeast: 0.5 },
  { scenario: 'small', against: 'ssh', atLeast: 1 },
  { scenario: 'small', against: 'node-proxy', atLeast: 3 },
  { scenario: 'bulk', against: 'direct', atLeast: 0.35 },
  { scenario: 'bulk', against: 'ssh', atLeast: 1.5 },
]

/** The floors of the scenarios that ran. */
export function verdictsFrom(scenarios: readonly ScenarioReport[]): Verdict[] {
  return scenarios.flatMap(({ name, peers }) =>
    floors
      .filter((floor) => floor.scenario === name)
      .map((floor) => {
        const ratio = peers.find((peer) => peer.name === floor.against)?.ratio ?? null
        return { ...floor, ratio, outcome: outcomeOf(ratio, floor.atLeast) }
      }),
  )
}

function outcomeOf(ratio: number | null, atLeast: number): Verdict['outcome'] {
  if (ratio === null) return 'not measured'
  return ratio >= atLeast ? 'pass' : 'miss'
}
