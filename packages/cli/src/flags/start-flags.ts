import { endpointFlags } from './endpoint-flags.ts'
import type { Flag } from './flag.ts'

/** Flags of a session rather than of one endpoint. */
const SESSION_FLAGS: ReadonlySet<string> = new Set(['connect', 'authtoken', 'region'])

export const startFlags: readonly Flag[] = [
  { name: 'all', about: 'Start everything that the configuration defines.' },
  { name: 'none', about: 'Start nothing: endpoints come and go by the local API.' },
  ...endpointFlags.filter(({ name }) => SESSION_FLAGS.has(name)),
]

export interface StartFlags {
  readonly all?: boolean
  readonly none?: boolean
  readonly connect?: string
  readonly authtoken?: string
  readonly region?: string
}
