import type * as z from 'zod'
import type { endpointSchema } from '../endpoint-schema.ts'

/** An entry of `endpoints` as it is written in a file. */
export type WrittenEndpoint = z.input<typeof endpointSchema>

/** Something of another program's file that has no counterpart here. */
export interface NotCarried {
  /** The key in the other file. */
  readonly key: string
  readonly why: string
}

/** What of another program's file can be taken over, in the words of version 3. */
export interface ImportedConfig {
  /** For `agent`. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly endpoints: readonly WrittenEndpoint[]
  /** What endpoints cannot say. */
  readonly tunnels: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly notCarried: readonly NotCarried[]
}
