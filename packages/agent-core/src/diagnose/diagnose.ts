import type { SessionOptions } from '../session/options.ts'
import type { Diagnosis, TestResult } from './diagnosis.ts'

export interface DiagnoseOptions extends SessionOptions {
  /** Of several edges, those in one of these regions. @default all */
  regions?: readonly string[] | undefined
  /** Try every address of these IP versions by itself, too. @default none */
  families?: readonly (4 | 6)[] | undefined
  /** `host:port` of something on the internet that answers TCP, to tell a dead edge from a dead network. @default none is asked */
  internet?: { readonly host: string; readonly port: number } | undefined
  /** Hears each result as it comes. */
  onTest?: ((section: string, test: TestResult) => void) | undefined
  /** Milliseconds since 1970, for the comparison of clocks. @default Date.now */
  now?: (() => number) | undefined
}

/**
 * Tries the whole way to every edge that the options name, step by step: names, TCP, TLS, the protocol with the authtoken, the clock; through a proxy where
 * there is one. Rejects only for options that no session can have; what goes wrong on the way is in the result (reference agent.md §7.9).
 */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis> {
  // Most programs never ask.
  const { runDiagnosis } = await import('./run-diagnosis.ts')
  return runDiagnosis(options)
}
