import type * as z from 'zod'
import type { PolicyPhase, PolicyProtocol } from '../phases.ts'
import type { FieldSchemas } from './field-schemas.ts'

/** What a document may say of one type of action. */
export interface ActionDefinition<Config = unknown> {
  readonly type: string
  readonly phases: readonly PolicyPhase[]
  /** @default all */
  readonly protocols?: readonly PolicyProtocol[]
  /** Other names of fields, which their own name takes the place of. */
  readonly aliases?: Readonly<Record<string, string>>
  readonly schema: (fields: FieldSchemas) => z.ZodType<Config>
  /** Whether nothing after it can run. Reference §1.5 */
  terminates?(config: Config): boolean
}

/** Config is what a schema gives: `defineAction` lets it be inferred. */
export const defineAction = <Config>(definition: ActionDefinition<Config>): ActionDefinition<Config> => definition
