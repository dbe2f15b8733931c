import type { ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Where a process can be looked into from outside. */
export const hasProc = existsSync('/proc/self/status')

/** What a process has open: sockets, files, pipes. */
export function openFiles({ pid }: ChildProcess): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

export function openSockets({ pid }: ChildProcess): number {
  const directory = `/proc/${pid}/fd`
  return readdirSync(directory).filter((fd) => isSocket(`${directory}/${fd}`)).length
}

export function residentBytes({ pid }: ChildProcess): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:')
  } catch {
    // It was closed meanwhile.
    return false
  }
}
