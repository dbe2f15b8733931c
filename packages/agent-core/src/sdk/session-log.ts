import type { Session } from '../session/session.ts'

/** From the least to the most of it. */
export const logLevels = ['ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'] as const
export type LogLevel = (typeof logLevels)[number]

/** `target` is what the message is about: `session` or `endpoint`. No message has a credential in it. */
export type LogCallback = (level: LogLevel, target: string, message: string) => void

interface Sink {
  readonly callback: LogCallback
  readonly level: LogLevel
}

let sink: Sink | undefined

/** Calls `callback` with what happens to the sessions of this process, as far as `level` goes. Without one: not any more. */
export function loggingCallback(callback?: LogCallback, level: LogLevel = 'INFO'): void {
  sink = callback && { callback, level }
}

/** The same to the console. */
export function consoleLog(level: LogLevel = 'INFO'): void {
  // biome-ignore lint/suspicious/noConsole: that is what it is called for.
  loggingCallback((of, target, message) => console.log(`${of} ${target} ${message}`), level)
}

/** Tells the callback, and `onLogEvent` everything, about a session. */
export function logSession(session: Session, onLogEvent?: (line: string) => void): void {
  const log: LogCallback = (level, target, message) => {
    onLogEvent?.(`${level} ${target} ${message}`)
    if (sink && logLevels.indexOf(level) <= logLevels.indexOf(sink.level)) sink.callback(level, target, message)
  }
  session.on('connected', ({ sessionId }) => log('INFO', 'session', `${sessionId} is online at ${session.serverAddr}`))
  session.on('disconnected', ({ code, message }, retryInMs) =>
    log('WARN', 'session', `is not connected: ${message} (${code}); next attempt in ${retryInMs} ms`),
  )
  session.on('heartbeat', (latencyMs) => log('DEBUG', 'session', `heartbeat answered in ${latencyMs.toFixed(1)} ms`))
  session.on('refused', (listener, { code, message }) =>
    log('WARN', 'endpoint', `${listener.url()} is not served by one edge: ${message} (${code})`),
  )
  session.on('edgeLost', (serverAddr, { code, message }) =>
    log('ERROR', 'session', `with ${serverAddr} ended: ${message} (${code})`),
  )
  session.on('close', (error) =>
    error ? log('ERROR', 'session', `ended: ${error.message} (${error.code})`) : log('INFO', 'session', 'closed'),
  )
  session.on('bound', (listener) =>
    log('INFO', 'endpoint', `${listener.url() || listener.id()} leads to ${listener.forwardsTo()}`),
  )
}
