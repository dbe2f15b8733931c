// `pnpm test:soak --minutes 30`: the soak test alone, for as long as asked.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, 'body-megabytes': { type: 'string' } },
})
const env = { ...process.env }
if (values.minutes !== undefined) env.SOAK_MINUTES = values.minutes
if (values['body-megabytes'] !== undefined) env.SOAK_BODY_MEGABYTES = values['body-megabytes']

const child = spawn(
  process.execPath,
  [fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url)), 'run'],
  { cwd: fileURLToPath(new URL('.', import.meta.url)), stdio: 'inherit', env },
)
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('close', (code) => {
  process.exitCode = code ?? 1
})
