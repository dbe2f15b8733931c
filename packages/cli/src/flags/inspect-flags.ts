import type { Flag } from './flag.ts'

/** Of endpoints whose exchanges are captured unless somebody says no. */
export const inspectFlags: readonly Flag[] = [
  { name: 'inspect', about: 'Capture exchanges for the web interface; on unless --inspect=false.' },
  { name: 'no-inspect', standing: { kind: 'inert' } },
]

/** Of endpoints whose bytes are captured only when asked for. */
export const inspectBytesFlags: readonly Flag[] = [
  { name: 'inspect', about: 'Capture connections for the web interface.' },
  { name: 'no-inspect', standing: { kind: 'inert' } },
]

export interface InspectFlags {
  /** `undefined`: what is usual for the kind of endpoint. */
  readonly inspect?: boolean
}
