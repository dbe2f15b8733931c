import type { EdgeSettings } from '@tunnel/edge-config'
import { destination, type Logger, pino, stdTimeFunctions } from 'pino'
import { termLine } from './term-line.ts'

const descriptors: Readonly<Record<string, number>> = { stdout: 1, stderr: 2 }

export function createLog({ log, logLevel, logFormat }: EdgeSettings): Logger {
  // Written at once: a line is the more needed the closer it is to a crash, and the data path writes none.
  const target = destination({ dest: descriptors[log] ?? log, sync: true, mkdir: true })
  return pino(
    {
      base: null,
      level: logLevel === 'crit' ? 'fatal' : logLevel,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Should a token ever get into a record's fields.
      redact: ['authtoken', '*.authtoken', 'connectionString'],
    },
    logFormat === 'json' ? target : { write: (line) => void target.write(termLine(line)) },
  )
}
