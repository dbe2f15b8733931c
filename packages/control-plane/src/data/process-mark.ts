import { readFileSync } from 'node:fs'
import { systemCodeOf } from '../errors.ts'

/** Which process this is, for a lock file: `<pid>` and `<start time>`, a line each, so that the file serves as a pid file too. */
export function ownProcessMark(): string {
  return markOf(process.pid)
}

export function markOf(pid: number): string {
  return `${pid}\n${startTimeOf(pid)}`
}

/** Whether the process that wrote a mark still runs. A mark that makes no sense belongs to nobody. */
export function isMarkAlive(mark: string): boolean {
  const [pidText = '', startTime = ''] = mark.trim().split(/\s+/)
  const pid = Number(pidText)
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  return isRunning(pid) && startTimeOf(pid) === startTime
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return systemCodeOf(cause) === 'EPERM'
  }
}

/**
 * A pid alone comes back: in a container the edge has the same one after each restart. Linux tells when a process
 * began, in clock ticks since boot (field 22 of proc(5) stat); elsewhere the pid has to do.
 */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // Field 2 is the program's name in parentheses and may hold spaces and parentheses itself.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-'
  } catch {
    return '-'
  }
}
