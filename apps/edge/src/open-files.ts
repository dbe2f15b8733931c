import { openFileLimit } from '@tunnel/edge'
import type { EdgeSettings } from '@tunnel/edge-config'
import type { Logger } from 'pino'

/** The kernel closes what comes beyond its limit before the edge hears of it, so the only time to say so is at the start. */
export function warnOfFewOpenFiles({ maxVisitorConnections }: EdgeSettings, log: Logger): void {
  const openFiles = openFileLimit()
  if (openFiles === undefined || openFiles >= maxVisitorConnections) return
  log.warn(
    { openFiles, maxVisitorConnections },
    'the limit on open files is below max_visitor_connections: connections beyond it are closed without an answer',
  )
}
