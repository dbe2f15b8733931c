import { type ChildProcess, spawn } from 'node:child_process'
import type { Edge } from '@tunnel/edge'
import type { EdgeSettings } from '@tunnel/edge-config'
import { type FromSuccessor, PREDECESSOR_VARIABLE, type ToSuccessor } from './handover-messages.ts'

/** A new process that is not ready by then is given up. */
export const UPGRADE_TIMEOUT_MS = 60_000

/**
 * Starts this program anew, as it is on disk now, with the same arguments and the listening sockets of `edge`. Resolves when the new
 * process serves beside this one; from then on it needs only {@link letGo}. Rejects when it does not come so far; then it is gone.
 */
export async function startSuccessor(edge: Edge, settings: EdgeSettings, signal: AbortSignal): Promise<ChildProcess> {
  const { listeners } = edge
  const [program = '', ...args] = process.argv.slice(1)
  const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...listeners.values()],
    env: { ...process.env, [PREDECESSOR_VARIABLE]: String(process.pid) },
  })
  try {
    const { httpAddr, httpsAddr, tcpHost } = settings
    tell(child, { type: 'listeners', roles: [...listeners.keys()], settings: { httpAddr, httpsAddr, tcpHost } })
    await untilReady(child, edge, AbortSignal.any([signal, AbortSignal.timeout(UPGRADE_TIMEOUT_MS)]))
    return child
  } catch (cause) {
    child.kill('SIGKILL')
    throw cause
  }
}

/** The successor is on its own from now on. */
export function letGo(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.send({ type: 'go' } satisfies ToSuccessor, () => {
      if (child.connected) child.disconnect()
      child.unref()
      resolve()
    })
  })
}

function untilReady(child: ChildProcess, edge: Edge, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void =>
      reject(new Error(`it was not ready within ${UPGRADE_TIMEOUT_MS} ms, or not wanted any more`))
    signal.addEventListener('abort', onAbort)
    child.once('error', reject)
    child.once('exit', (code, killedBy) => reject(new Error(`it ended with ${killedBy ?? code} before it was ready`)))
    child.on('message', (message: FromSuccessor) => {
      if (message.type === 'prepared') tell(child, { type: 'names', names: edge.names })
      if (message.type === 'ready') resolve()
    })
  })
}

/** A child that is gone says so by its exit. */
function tell(child: ChildProcess, message: ToSuccessor): void {
  child.send(message, () => {})
}
