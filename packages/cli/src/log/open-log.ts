import type { TextOutput } from '../surroundings.ts'
import type { AgentLog, LogFields, LogLevel } from './agent-log.ts'
import { localTimestamp } from './local-time.ts'
import { LogFile } from './log-file.ts'
import { type LogRecord, logfmtLine, termLine } from './log-line.ts'

export interface LogOptions {
  /** `stdout`, `stderr` or a path, which is appended to. */
  readonly target: string
  readonly format: 'term' | 'logfmt' | 'json'
  readonly level: LogLevel
  readonly stdout: TextOutput
  readonly stderr: TextOutput
  /** Colours are not wanted, also on a terminal. */
  readonly plain?: boolean | undefined
  readonly now: () => Date
}

/** The reference's short names, which other tools look for; the most verbose one first. */
const names = { debug: 'dbug', info: 'info', warn: 'warn', error: 'eror', crit: 'crit' } as const
const levels = Object.keys(names) as LogLevel[]

/**
 * Writes a line for every record that is severe enough. No library: its load alone would double the memory that a log costs, and start-up
 * waits for it. Throws `ERR_CLI_FILE` for a file that cannot be opened.
 */
export function openLog(options: LogOptions): AgentLog {
  const output = outputOf(options)
  const lineOf = formatter(options, output)
  const at = (level: LogLevel) => (message: string, fields?: LogFields) => {
    const t = localTimestamp(options.now())
    output.write(lineOf({ t, lvl: names[level], msg: message, ...withoutSecrets(fields) }))
  }
  const quiet = (): void => {}
  const wanted = levels.slice(levels.indexOf(options.level))
  const writer = (level: LogLevel) => (wanted.includes(level) ? at(level) : quiet)
  return {
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    crit: writer('crit'),
  }
}

/** Nobody logs one; should it ever happen, it stays here. */
const secretKeys: readonly string[] = ['authtoken', 'api_key', 'connect', 'token', 'password', 'authorization']

function withoutSecrets(fields: LogFields = {}): LogFields {
  if (!secretKeys.some((key) => key in fields)) return fields
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, secretKeys.includes(key) ? '[Redacted]' : value]),
  )
}

function formatter({ format, plain = false }: LogOptions, output: TextOutput): (record: LogRecord) => string {
  if (format === 'json') return (record) => `${JSON.stringify(record).replace(UNPRINTABLE, escaped)}\n`
  // Colours are for people: in a file or a pipe they are noise.
  return format === 'term' && output.isTTY && !plain ? termLine : logfmtLine
}

/** What JSON leaves as it is and a terminal would obey. */
const UNPRINTABLE = /[\p{Cc}\p{Bidi_C}]/gu

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

function outputOf({ target, stdout, stderr }: LogOptions): TextOutput {
  if (target === 'stdout') return stdout
  return target === 'stderr' ? stderr : new LogFile(target)
}
