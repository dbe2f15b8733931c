import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { EdgeProgram } from '../../harness/programs.ts'
import { until } from '../../harness/until.ts'

/** The process that has the data directory of `edge`. */
export function ownerOf({ dataDir }: Pick<EdgeProgram, 'dataDir'>): number {
  return Number.parseInt(readFileSync(join(dataDir, 'edge.lock'), 'utf8'), 10)
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Waits until another process has taken the place of `pid`. Resolves to it; it is gone when the test is. */
export async function successorOf(edge: EdgeProgram, pid = edge.child.pid as number): Promise<number> {
  await until(() => ownerOf(edge) !== pid, `a successor; the edge says ${edge.printed()}`, 20_000)
  const successor = ownerOf(edge)
  onTestFinished(async () => {
    if (isRunning(successor)) process.kill(successor, 'SIGKILL')
    await until(() => !isRunning(successor), 'the successor to be gone')
  })
  return successor
}
