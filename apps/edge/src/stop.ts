import type { Logger } from 'pino'

/**
 * Resolves at SIGINT, at SIGTERM, or, `withParent`, when the parent process that started us with an IPC channel is gone.
 * A second signal exits at once.
 */
export function onceToldToStop(log: Logger, { withParent }: { withParent: boolean }): Promise<void> {
  return new Promise((resolve) => {
    let stopping = false
    const stop = (reason: string): void => {
      if (stopping) return
      stopping = true
      log.info({ reason }, 'edge is stopping')
      resolve()
    }
    const onSignal = (signal: string): void => {
      if (stopping) process.exit(1)
      stop(signal)
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
    if (!withParent) return
    const onDisconnect = (): void => stop('parent process is gone')
    process.once('disconnect', onDisconnect)
    // It may have gone while the edge was starting. Without a channel from the outset, `connected` is undefined.
    if (process.connected === false) onDisconnect()
  })
}
