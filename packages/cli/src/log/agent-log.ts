export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'crit'

export type LogFields = Readonly<Record<string, string | number | boolean>>

/** What the agent writes down, under the messages and keys of the reference (agent.md §6.3). */
export type AgentLog = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>

export const silentLog: AgentLog = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  crit() {},
}
