import type { EdgeSettings } from '@tunnel/edge-config'
import type { OperatorSignals } from './operator-signals.ts'
import { type Reloadable, reload } from './reload.ts'
import { letGo, startSuccessor } from './successor.ts'

export interface Running extends Reloadable {
  readonly settings: EdgeSettings
  readonly signals: OperatorSignals
  /** Log and events, whose files somebody may have moved away. */
  reopenFiles(): void
  /** Resolves when the edge is told to stop. */
  readonly stopped: Promise<void>
}

/** Carries out what the operator asks for, until the edge is to go. Says whether another process has taken its place. */
export function untilOver(running: Running): Promise<{ successor: boolean }> {
  const { signals, stopped, log } = running
  let settings = running.settings
  let reloading = Promise.resolve()
  let upgrading: AbortController | undefined
  return new Promise((resolve) => {
    void stopped.then(() => {
      upgrading?.abort()
      resolve({ successor: false })
    })
    signals.on('SIGHUP', () => {
      running.reopenFiles()
      reloading = reloading.then(async () => {
        settings = await reload(settings, running)
      })
    })
    signals.on('SIGUSR2', () => {
      if (upgrading) return
      upgrading = new AbortController()
      replace({ ...running, settings }, upgrading.signal).then(
        () => resolve({ successor: true }),
        (cause: unknown) => {
          upgrading = undefined
          const reason = cause instanceof Error ? cause.message : String(cause)
          log.error({ reason }, 'upgrade failed; this process goes on')
        },
      )
    })
  })
}

async function replace({ edge, controlPlane, log, settings }: Running, signal: AbortSignal): Promise<void> {
  log.info('upgrade begins')
  const successor = await startSuccessor(edge, settings, signal)
  try {
    await controlPlane.handTo(successor.pid as number)
  } catch (cause) {
    successor.kill('SIGKILL')
    throw cause
  }
  await letGo(successor)
  log.info({ successor: successor.pid }, 'another process has taken over; this one ends with its last connection')
}
