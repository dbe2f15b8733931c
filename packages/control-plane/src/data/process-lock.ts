import { rm } from 'node:fs/promises'
import { underBriefLock } from './brief-lock.ts'
import { readDataFile, writeDataFile } from './data-file.ts'
import { isMarkAlive, ownProcessMark } from './process-mark.ts'

/** A lock that a process holds for as long as it runs. */
export interface ProcessLock {
  /** Gives it back. Idempotent. */
  release(): Promise<void>
}

/** Holds `path`, or says which pid does. The lock of a process that is gone is taken over, by one of those who try. */
export async function takeProcessLock(path: string): Promise<ProcessLock | { heldBy: number }> {
  return underBriefLock(`${path}.taking`, async () => {
    const mark = (await readDataFile(path))?.toString()
    if (mark !== undefined && isMarkAlive(mark)) return { heldBy: Number.parseInt(mark, 10) }
    await writeDataFile(path, `${ownProcessMark()}\n`)
    return heldLock(path)
  })
}

function heldLock(path: string): ProcessLock {
  let released: Promise<void> | undefined
  return {
    release() {
      released ??= rm(path, { force: true })
      return released
    },
  }
}
