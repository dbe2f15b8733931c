import { type DestinationStream, destination, pino } from 'pino'
import { CliError } from '../cli-error.ts'
import type { TextOutput } from '../surroundings.ts'
import type { AgentLog, LogFields, LogLevel } from './agent-log.ts'
import { localTimestamp } from './local-time.ts'
import { logfmtLine, termLine } from './log-line.ts'

export interface LogOptions {
  /** `stdout`, `stderr` or a path, which is appended to. */
  readonly target: string
  readonly format: 'term' | 'logfmt' | 'json'
  readonly level: LogLevel
  readonly stdout: TextOutput
  readonly stderr: TextOutput
  readonly now: () => Date
}

/** The reference's short names, which other tools look for. */
const names = { debug: 'dbug', info: 'info', warn: 'warn', error: 'eror', crit: 'crit' } as const
const severities = { dbug: 20, info: 30, warn: 40, eror: 50, crit: 60 } as const

/** Throws `ERR_CLI_FILE` for a file that cannot be opened. */
export function openLog(options: LogOptions): AgentLog {
  const output = outputOf(options)
  const logger = pino(
    {
      base: null,
      customLevels: severities,
      useOnlyCustomLevels: true,
      level: names[options.level],
      timestamp: () => `,"t":"${localTimestamp(options.now())}"`,
      formatters: { level: (lvl) => ({ lvl }) },
      // Nobody logs one; should it ever happen, it stays here.
      redact: ['authtoken', 'connect', 'token'],
    },
    { write: writerOf(options.format, output) },
  )
  const write =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) =>
      logger[names[level]](fields, message)
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error'), crit: write('crit') }
}

function writerOf(format: LogOptions['format'], output: TextOutput): (json: string) => void {
  if (format === 'json') return (json) => void output.write(json)
  // Colours are for people: in a file or a pipe they are noise.
  const line = format === 'term' && output.isTTY ? termLine : logfmtLine
  return (json) => void output.write(line(JSON.parse(json)))
}

function outputOf({ target, stdout, stderr }: LogOptions): TextOutput {
  if (target === 'stdout') return stdout
  return target === 'stderr' ? stderr : fileOutput(target)
}

function fileOutput(path: string): TextOutput {
  try {
    // Written at once: a line is the more needed the closer it is to a crash.
    const file = destination({ dest: path, append: true, sync: true })
    // A disk that is full must not end the tunnel.
    file.on('error', () => {})
    return { write: (text) => (file as DestinationStream).write(text) }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new CliError('ERR_CLI_FILE', `log file ${path} cannot be opened (${code})`, { cause })
  }
}
