import { randomBytes } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { ControlPlaneError, systemCodeOf, unusable } from '../errors.ts'
import { isMarkAlive, ownProcessMark } from './process-mark.ts'

/** What is done under a brief lock takes milliseconds: whoever has not finished after this long never will. */
const DEFAULT_WAIT_MS = 5000
const RETRY_MS = 5

/**
 * Runs `work` while no other process, and no other caller in this one, holds `path`. Waits for its turn, and throws
 * `ERR_CONTROL_PLANE_DATA_IN_USE` when that does not come in time. The lock of a process that died is cleared.
 */
export async function underBriefLock<T>(path: string, work: () => Promise<T>, waitMs = DEFAULT_WAIT_MS): Promise<T> {
  await take(path, waitMs)
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

async function take(path: string, waitMs: number): Promise<void> {
  // Linked into place, so that nobody ever reads a lock that does not name its holder yet.
  const mine = siblingOf(path)
  const deadline = Date.now() + waitMs
  try {
    await writeFile(mine, ownProcessMark(), { flag: 'wx', mode: 0o600 })
    while (!(await linked(mine, path))) {
      const mark = await readFile(path, 'utf8').catch(() => undefined)
      if (mark !== undefined && !isMarkAlive(mark)) await clearStale(path, mark)
      else if (Date.now() < deadline) await delay(RETRY_MS)
      else throw stillHeld(path, mark, waitMs)
    }
  } catch (cause) {
    throw unusable(path, 'written', cause)
  } finally {
    await rm(mine, { force: true })
  }
}

function stillHeld(path: string, mark: string | undefined, waitMs: number): ControlPlaneError {
  const holder = mark === undefined ? 'several processes in turn' : `pid ${Number.parseInt(mark, 10)}`
  return new ControlPlaneError('ERR_CONTROL_PLANE_DATA_IN_USE', `${path}: held by ${holder} for over ${waitMs} ms`)
}

/**
 * Several processes may find the same stale lock: who moved away one that it had not read puts it back. That leaves a
 * window for a third process, when all of them meet within microseconds on the lock of one that was killed inside its
 * few milliseconds.
 */
async function clearStale(path: string, mark: string): Promise<void> {
  const moved = siblingOf(path)
  try {
    await rename(path, moved)
  } catch (cause) {
    if (systemCodeOf(cause) === 'ENOENT') return
    throw cause
  }
  if ((await readFile(moved, 'utf8')) !== mark) await linked(moved, path)
  await rm(moved, { force: true })
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (cause) {
    if (systemCodeOf(cause) === 'EEXIST') return false
    throw cause
  }
}

function siblingOf(path: string): string {
  return `${path}.${process.pid}.${randomBytes(6).toString('hex')}`
}
