import { durationSchema, formatFaults, parseConfigFile } from '@tunnel/config-file'
import * as z from 'zod'

const schema = z.strictObject({
  port: z.int().min(1).max(65_535),
  keep_alive: durationSchema({ maxMs: 3_600_000 }).optional(),
})

const text = 'prot: 8080\nkeep_alive: 2h\n'
const parsed = parseConfigFile(text, schema, { file: 'app.yml' })
if (parsed.ok) process.stdout.write(`port ${parsed.data.port}, keep alive ${parsed.data.keep_alive} ms\n`)
else process.stdout.write(`${formatFaults(parsed.faults)}\n`)
