import { writeSync } from 'node:fs'
import type { EdgeSettings } from '@tunnel/edge-config'
import { destination, type Logger, pino, stdTimeFunctions } from 'pino'
import { termLine } from './term-line.ts'

const descriptors: Readonly<Record<string, number>> = { stdout: 1, stderr: 2 }

/** What is kept of the log while its file takes nothing: a full disk must not become a full memory. */
const MAX_UNWRITTEN_BYTES = 1024 * 1024

/** `reopen`: the next line begins a file anew, if somebody has moved this one away. */
export function createLog({ log, logLevel, logFormat }: EdgeSettings): { log: Logger; reopen: () => void } {
  // Written at once: a line is the more needed the closer it is to a crash, and the data path writes none.
  const target = destination({ dest: descriptors[log] ?? log, sync: true, mkdir: true, maxLength: MAX_UNWRITTEN_BYTES })
  keepServing(target, log)
  const logger = pino(
    {
      base: null,
      level: pinoLevel(logLevel),
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Should a token ever get into a record's fields.
      redact: ['authtoken', '*.authtoken', 'connectionString'],
    },
    logFormat === 'json' ? target : { write: (line) => void target.write(termLine(line)) },
  )
  const isFile = descriptors[log] === undefined
  return { log: logger, reopen: () => isFile && target.reopen() }
}

export function pinoLevel(level: EdgeSettings['logLevel']): string {
  return level === 'crit' ? 'fatal' : level
}

/** A log that cannot be written is no reason to stop; each further line tries again. Said once, where somebody may see it. */
function keepServing(target: ReturnType<typeof destination>, name: string): void {
  let failing = false
  target.on('error', (cause: NodeJS.ErrnoException) => {
    if (failing) return
    failing = true
    sayOnStderr(
      `tunnel-edge: the log ${name} cannot be written (${cause.code}); lines are kept up to ${MAX_UNWRITTEN_BYTES} bytes`,
    )
  })
  target.on('write', () => {
    failing = false
  })
}

function sayOnStderr(line: string): void {
  try {
    writeSync(descriptors.stderr as number, `${line}\n`)
  } catch {
    // It may be just what cannot be written.
  }
}
