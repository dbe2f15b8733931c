import { rm } from 'node:fs/promises'
import { underBriefLock } from './brief-lock.ts'
import { readDataFile, writeDataFile } from './data-file.ts'
import { isMarkAlive, markOf, ownProcessMark } from './process-mark.ts'

/** A lock that a process holds for as long as it runs. */
export interface ProcessLock {
  /** Makes it another process's. Nothing is left to release. */
  handTo(pid: number): Promise<void>
  /** Gives it back, unless it is another process's. Idempotent. */
  release(): Promise<void>
}

/**
 * Holds `path`, or says which pid does. The lock of a process that is gone is taken over, by one of those who try.
 * That of process `heirOf` stays its own until it hands it over.
 */
export async function takeProcessLock(path: string, heirOf?: number): Promise<ProcessLock | { heldBy: number }> {
  return underBriefLock(`${path}.taking`, async () => {
    const heldBy = await holderOf(path)
    if (heldBy === undefined) await writeDataFile(path, `${ownProcessMark()}\n`)
    return heldBy === undefined || heldBy === heirOf ? new HeldLock(path) : { heldBy }
  })
}

/** The process that has the lock and runs. */
export async function holderOf(path: string): Promise<number | undefined> {
  const mark = (await readDataFile(path))?.toString()
  return mark !== undefined && isMarkAlive(mark) ? Number.parseInt(mark, 10) : undefined
}

class HeldLock implements ProcessLock {
  readonly #path: string
  #released: Promise<void> | undefined

  constructor(path: string) {
    this.#path = path
  }

  handTo(pid: number): Promise<void> {
    return writeDataFile(this.#path, `${markOf(pid)}\n`)
  }

  release(): Promise<void> {
    this.#released ??= this.#removeOwn()
    return this.#released
  }

  async #removeOwn(): Promise<void> {
    if ((await holderOf(this.#path)) === process.pid) await rm(this.#path, { force: true })
  }
}
