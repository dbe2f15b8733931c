import type { Children } from './process.ts'
import type { Target } from './target.ts'

/** One figure of a scenario. */
export interface Metric {
  readonly name: string
  readonly unit: string
}

/** What is measured of each peer, in turn. */
export interface Scenario {
  readonly name: string
  readonly title: string
  readonly metrics: readonly Metric[]
  /** Part of a run without `--only`. */
  readonly isDefault?: true
  readonly needs: readonly string[]
  /** Visitors come over TLS: only peers that can take it themselves are measured. */
  readonly tls?: true
  /** The peers that it is about. @default all */
  readonly peers?: readonly string[]
  /** Starts what all peers lead to, on the port. */
  startUpstream(port: number, children: Children): Promise<void>
  /** A figure for each metric. */
  measure(target: Target, seconds: number, children: Children, signal: AbortSignal): Promise<readonly number[]>
}

/** What is measured of the tunnel alone, with processes of its own each time. */
export interface Probe {
  readonly name: string
  readonly title: string
  readonly metrics: readonly Metric[]
  readonly needs: readonly string[]
  /** Times; the run's `--rounds` where fewer. */
  readonly maxRounds: number
  /** A figure for each metric. */
  measure(children: Children, signal: AbortSignal): Promise<readonly number[]>
}

export function isProbe(one: Scenario | Probe): one is Probe {
  return !('startUpstream' in one)
}
