import type { Running } from './running.ts'
import type { SeedEdge } from './seed-edge.ts'
import type { ServiceKind } from './services.ts'

/** One command line or configuration that a seed prints. */
export type Example = ShownExample | OtherPartsExample

interface Printed {
  /** The line of the seed, and the heading above it. */
  readonly at: string
  /** As printed. */
  readonly printed: string
}

/** An example of endpoints and upstreams: it runs, and does what the seed says. */
export interface ShownExample extends Printed {
  /** What there is around the agent: services by the address that it is told, files by their path from where it is started. */
  readonly services?: Readonly<Record<string, ServiceKind>>
  readonly files?: Readonly<Record<string, string | ((edge: SeedEdge) => string)>>
  /** Written for version 2 of the agent: refused with this advice, and run as the advice says. */
  readonly today?: { readonly advice: string; readonly command: string }
  /** What the seed says of it. */
  readonly expected: string
  readonly shown: (running: Running) => Promise<void>
}

/** An example of something else, which is shown elsewhere or not at all. */
export interface OtherPartsExample extends Printed {
  readonly belongsTo: string
}

export const isShown = (example: Example): example is ShownExample => 'shown' in example
