import * as z from 'zod'
import { captureIdSchema } from './kinds.ts'

const ids = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(captureIdSchema).max(1000))

/** `GET /api/captures.har`: HAR 1.2. `authorization`, cookies and their like are masked unless `secrets=include`. */
export const harQuerySchema = z.object({
  filter: z.string().max(4096).optional(),
  ids: ids.optional().describe('comma-separated'),
  secrets: z.enum(['mask', 'include']).default('mask'),
})

/** `POST /api/captures.har`, body: a HAR 1.2 document. */
export const importedSchema = z.object({ ids: z.array(captureIdSchema), skipped: z.int() }).meta({ id: 'Imported' })
export type Imported = z.infer<typeof importedSchema>

export const testFormatSchema = z.enum(['vitest', 'node', 'curl', 'http'])
export type TestFormat = z.infer<typeof testFormatSchema>

/** `GET /api/captures/<id>/test`: the exchange as a test, a command or a file of requests. */
export const testQuerySchema = z.object({
  format: testFormatSchema.default('vitest'),
  secrets: z.enum(['mask', 'include']).default('mask'),
})
export const savedTestSchema = z.object({ fileName: z.string(), text: z.string() }).meta({ id: 'SavedTest' })
export type SavedTest = z.infer<typeof savedTestSchema>
