import { homedir, userInfo } from 'node:os'
import type { ParentProcess, Surroundings } from './surroundings.ts'

const signals = ['SIGINT', 'SIGTERM'] as const

/** A running program as the command's surroundings. */
export function processSurroundings(process: NodeJS.Process): Surroundings {
  return {
    argv: process.argv.slice(2),
    env: process.env,
    platform: process.platform,
    homedir: accountHome(),
    stdout: process.stdout,
    stderr: process.stderr,
    onSignal: (listener) => {
      for (const signal of signals) process.on(signal, listener)
      return () => {
        for (const signal of signals) process.off(signal, listener)
      }
    },
    parent: parentOf(process),
  }
}

/** In a container the user may have no account. */
function accountHome(): string {
  try {
    return userInfo().homedir
  } catch {
    return homedir()
  }
}

/** Without an IPC channel from the outset there is no `send`; after the parent left, `connected` is false. */
function parentOf(process: NodeJS.Process): ParentProcess | undefined {
  if (!process.send) return undefined
  return {
    send: (message) => {
      if (process.connected) process.send?.(message)
    },
    onDisconnect: (listener) => {
      if (process.connected) process.once('disconnect', listener)
      else listener()
    },
  }
}
