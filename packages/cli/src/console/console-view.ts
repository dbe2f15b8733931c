import type { MeterReading, RequestSummary } from '@tunnel/agent-core'
import type { Forwarding } from '../running/status-view.ts'

/** All that the console shows. */
export interface ConsoleView {
  readonly status: { readonly kind: 'connecting' | 'online' | 'reconnecting'; readonly reason?: string }
  readonly version: string
  /** What the edge has to say, in lines. */
  readonly banner: readonly string[]
  readonly account: string | undefined
  /** The newer version that there is. */
  readonly update: string | undefined
  readonly region: string | undefined
  readonly latencyMs: number | undefined
  /** `false`: there is none. */
  readonly webInterface: string | false
  readonly forwardings: readonly Forwarding[]
  readonly connections: MeterReading
  /** Newest first. */
  readonly requests: readonly ShownRequest[]
  /** The last thing that happened, or that a key did. */
  readonly notice: string | undefined
}

export interface ShownRequest {
  readonly at: Date
  readonly summary: RequestSummary
}
