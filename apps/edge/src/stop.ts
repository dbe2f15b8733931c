import type { Logger } from 'pino'

/** Resolves at SIGINT, at SIGTERM, or when the parent process that holds our IPC channel is gone. A second signal exits at once. */
export function onceToldToStop(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    let stopping = false
    const stop = (reason: string): void => {
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
    process.once('disconnect', () => {
      if (!stopping) stop('parent process is gone')
    })
  })
}
