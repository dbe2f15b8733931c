import type { TunnelError, TunnelErrorCode } from '@tunnel/protocol'

/** `skipped`: what came before it failed, or there was nothing to test. */
export type TestState = 'ok' | 'warn' | 'error' | 'skipped'

/** One thing that was tried. */
export interface TestResult {
  /** `Name Resolution`, `TCP`, `TLS`, `Tunnel Protocol`, … */
  readonly name: string
  readonly state: TestState
  /** What was found, for those who want to know more. */
  readonly details: readonly string[]
  readonly problem?: Problem
  readonly durationMs: number
}

export interface Problem {
  readonly code: TunnelErrorCode
  readonly message: string
  /** What to do about it. */
  readonly advice: string
}

/** Tests that belong together. */
export interface TestSection {
  /** `Localhost Connectivity`, or `Edge Connectivity - edge.example.com:443`. */
  readonly title: string
  readonly tests: readonly TestResult[]
}

/** An edge that answered. */
export interface EdgeFacts {
  readonly serverAddr: string
  readonly region: string
  readonly edgeVersion: string
  /** Round trip of a heartbeat; `undefined` where none was answered. */
  readonly latencyMs: number | undefined
}

export interface Diagnosis {
  /** Whether a session can be had with one edge at least. */
  readonly ok: boolean
  readonly sections: readonly TestSection[]
  readonly edges: readonly EdgeFacts[]
}

/** What a test says when it went well, or well enough. */
export interface Finding {
  readonly details?: readonly string[]
  readonly warning?: TunnelError
  readonly isSkipped?: boolean
}
