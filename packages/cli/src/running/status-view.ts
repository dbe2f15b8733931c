import type { RequestSummary, TrafficStatistics } from '@tunnel/agent-core'

export interface Forwarding {
  readonly url: string
  readonly upstream: string
}

/** What is known of a session once it is online. */
export interface SessionFacts {
  readonly version: string
  readonly serverAddr: string
  readonly transport: string | undefined
  readonly latencyMs: number | undefined
  readonly account?: string | undefined
  readonly region?: string | undefined
  /** What the edge has to say to people; several lines. */
  readonly banner?: string | undefined
}

/** Shows a person how the session is doing. What comes from others goes in as it is: whoever shows it makes it printable. */
export interface StatusView {
  /** Everything is online for the first time. */
  started(facts: SessionFacts, forwardings: readonly Forwarding[]): void
  /** Online again; addresses may be others than before. */
  online(facts: SessionFacts, forwardings: readonly Forwarding[]): void
  reconnecting(reason: string): void
  endpointLost(url: string, reason: string): void
  webInterface(url: string): void
  updateAvailable(version: string): void
  /** Called at every change of a request. */
  request?(summary: RequestSummary): void
  latency?(latencyMs: number): void
  counting?(statistics: TrafficStatistics): void
  /** Shows nothing more. Idempotent. */
  close(): void
}
