import { aloneBefore, attacks, beside } from './attacks.ts'
import type { FigureReport, ScenarioReport } from './report.ts'
import { medianRatio } from './statistics.ts'

/** A bound on what we measure of ourselves: a number, or a figure of a peer (or another one of ours) times a factor. */
export interface Floor {
  readonly scenario: string
  readonly metric: string
  readonly bound:
    | { readonly atMost: number }
    | { readonly atLeast: number; readonly times: { readonly peer: string; readonly metric?: string } }
}

export interface Verdict extends Floor {
  /** What is bounded: a figure of ours, or a ratio. */
  readonly value: number | null
  readonly outcome: 'pass' | 'miss' | 'not measured'
}

const rate = (scenario: string, atLeast: number, peer: string): Floor => ({
  scenario,
  metric: 'rate',
  bound: { atLeast, times: { peer } },
})

const floors: readonly Floor[] = [
  rate('small', 0.6, 'nginx'),
  rate('small', 1.2, 'ssh'),
  rate('small', 3, 'node-proxy'),
  rate('bulk', 0.4, 'direct'),
  rate('bulk', 1.5, 'ssh'),
  rate('bulk', 0.85, 'node-pair'),
  rate('https', 0.6, 'nginx'),
  rate('h2', 0.6, 'nginx'),
  rate('handshakes', 0.6, 'nginx'),
  { scenario: 'bulk50', metric: '50 together', bound: { atLeast: 1, times: { peer: 'tunnel', metric: 'one' } } },
  { scenario: 'upload', metric: 'upload', bound: { atLeast: 0.9, times: { peer: 'tunnel', metric: 'download' } } },
  { scenario: 'policy', metric: 'five rules', bound: { atLeast: 0.8, times: { peer: 'tunnel', metric: 'no policy' } } },
  {
    scenario: 'inspection',
    metric: 'captured',
    bound: { atLeast: 0.85, times: { peer: 'tunnel', metric: 'not captured' } },
  },
  { scenario: 'telling', metric: 'metrics', bound: { atLeast: 0.95, times: { peer: 'tunnel', metric: 'nothing' } } },
  {
    scenario: 'telling',
    metric: 'events and metrics',
    bound: { atLeast: 0.95, times: { peer: 'tunnel', metric: 'nothing' } },
  },
  ...Object.keys(attacks).map(
    (name): Floor => ({
      scenario: 'under-siege',
      metric: beside(name),
      bound: { atLeast: 0.8, times: { peer: 'tunnel', metric: aloneBefore(name) } },
    }),
  ),
  { scenario: 'start', metric: 'address printed', bound: { atMost: 0.4 } },
  { scenario: 'start', metric: 'memory', bound: { atMost: 64 } },
  { scenario: 'idle', metric: 'session', bound: { atMost: 60 } },
  { scenario: 'idle', metric: 'visitor', bound: { atMost: 10 } },
]

/** The floors of the scenarios that ran. */
export function verdictsFrom(scenarios: readonly ScenarioReport[], ours: string): Verdict[] {
  return scenarios.flatMap((scenario) =>
    floors.filter((floor) => floor.scenario === scenario.name).map((floor) => verdictOn(floor, scenario.figures, ours)),
  )
}

function verdictOn(floor: Floor, figures: readonly FigureReport[], ours: string): Verdict {
  const figureOf = (peer: string, metric: string) =>
    figures.find((figure) => figure.peer === peer && figure.metric === metric)
  const own = figureOf(ours, floor.metric)
  const { bound } = floor
  if ('atMost' in bound) {
    const value = own?.median ?? null
    return { ...floor, value, outcome: outcomeOf(value, value !== null && value <= bound.atMost) }
  }
  const other = figureOf(bound.times.peer, bound.times.metric ?? floor.metric)
  const value = own && other ? (medianRatio(own.samples, other.samples) ?? null) : null
  return { ...floor, value, outcome: outcomeOf(value, value !== null && value >= bound.atLeast) }
}

function outcomeOf(value: number | null, holds: boolean): Verdict['outcome'] {
  if (value === null) return 'not measured'
  return holds ? 'pass' : 'miss'
}
