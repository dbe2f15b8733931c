import { type EndpointFlags, endpointFlags } from './endpoint-flags.ts'
import type { Flag } from './flag.ts'
import { type InspectFlags, inspectFlags } from './inspect-flags.ts'

/** What says where an endpoint is; one of labels is nowhere. */
const ADDRESS_FLAGS: ReadonlySet<string> = new Set(['url', 'binding'])

export const labeledFlags: readonly Flag[] = [
  { name: 'label', value: 'key=value', isList: true, about: 'A label to be chosen by. Repeat it for several.' },
  ...endpointFlags.filter(({ name }) => !ADDRESS_FLAGS.has(name)),
  ...inspectFlags,
]

export interface LabeledFlags extends EndpointFlags, InspectFlags {
  readonly label?: readonly string[]
}
