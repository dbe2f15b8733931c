import { randomBytes } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { systemCodeOf, unusable } from '../errors.ts'
import { isMarkAlive, ownProcessMark } from './process-mark.ts'

/** A held lock. */
export interface FileLock {
  /** Gives it back. Idempotent. */
  release(): Promise<void>
}

/** As often as a lock that comes and goes between two looks is tried again. */
const MAX_TRIES = 16

/** Holds `path` for this process, or says which pid does. The lock of a process that is gone is taken over. */
export async function tryLock(path: string): Promise<FileLock | { heldBy: number }> {
  // Linked into place, so that nobody ever reads a lock without its owner.
  const mine = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(mine, `${ownProcessMark()}\n`, { flag: 'wx', mode: 0o600 })
    for (let tries = 1; ; tries++) {
      if (await linked(mine, path)) return held(path)
      const mark = await readFile(path, 'utf8').catch(() => undefined)
      if (mark !== undefined && isMarkAlive(mark)) return { heldBy: Number.parseInt(mark, 10) }
      if (mark !== undefined) await clearStale(path, mark)
      if (tries >= MAX_TRIES) return { heldBy: Number.parseInt(mark ?? '0', 10) }
    }
  } catch (cause) {
    throw unusable(path, 'written', cause)
  } finally {
    await rm(mine, { force: true })
  }
}

/** As {@link tryLock}, but waits for a holder that is known to be quick. */
export async function waitForLock(path: string, timeoutMs: number): Promise<FileLock | { heldBy: number }> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const lock = await tryLock(path)
    if ('release' in lock || Date.now() >= deadline) return lock
    await delay(20)
  }
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

/** Two processes may find the same stale lock: who moves away a lock that is not the one it read puts it back. */
async function clearStale(path: string, mark: string): Promise<void> {
  const moved = `${path}.${process.pid}.${randomBytes(6).toString('hex')}.stale`
  try {
    await rename(path, moved)
  } catch (cause) {
    if (systemCodeOf(cause) === 'ENOENT') return
    throw cause
  }
  if ((await readFile(moved, 'utf8')) !== mark) await linked(moved, path)
  await rm(moved, { force: true })
}

function held(path: string): FileLock {
  let released: Promise<void> | undefined
  return {
    release() {
      released ??= rm(path, { force: true })
      return released
    },
  }
}
