import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, lstat, open, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'

export interface OpenFile {
  readonly kind: 'file'
  readonly handle: FileHandle
  readonly stats: BigIntStats
}

/** A directory, by its real path. */
export interface OpenDirectory {
  readonly kind: 'directory'
  readonly path: string
}

/** Why something is not served: it is not there (or not below the root, which is the same to a visitor), or it may not be read. */
export type NotServed = { readonly kind: 'missing' } | { readonly kind: 'forbidden' }

/** Without waiting for the other end of a FIFO that took a file's place after it was looked at. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0)

/**
 * Opens what `names` lead to below `root`, a real path. Only regular files are opened, and only what is below the root after every symbolic link is
 * followed. Whoever can change the tree meanwhile gains nothing: what counts is the file that was opened, found again below the root afterwards.
 */
export async function openContained(
  root: string,
  names: readonly string[],
): Promise<OpenFile | OpenDirectory | NotServed> {
  try {
    const path = await realpath(join(root, ...names))
    if (!isWithin(root, path)) return { kind: 'missing' }
    const before = await stat(path, { bigint: true })
    if (before.isDirectory()) return { kind: 'directory', path }
    // Opening a device can have effects.
    if (!before.isFile()) return { kind: 'forbidden' }
    return await openFile(root, path)
  } catch (cause) {
    return notServed(cause)
  }
}

async function openFile(root: string, path: string): Promise<OpenFile | NotServed> {
  const handle = await open(path, OPEN_FLAGS)
  try {
    const stats = await handle.stat({ bigint: true })
    if (stats.isFile() && (await isStillAt(root, path, stats))) return { kind: 'file', handle, stats }
  } catch (cause) {
    await handle.close()
    throw cause
  }
  await handle.close()
  return { kind: 'missing' }
}

async function isStillAt(root: string, path: string, { dev, ino }: BigIntStats): Promise<boolean> {
  const now = await realpath(path)
  if (!isWithin(root, now)) return false
  const found = await lstat(now, { bigint: true })
  return found.dev === dev && found.ino === ino
}

function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep)
}

const MISSING: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EINVAL'])

/** Rethrows what is a fault of this machine rather than an answer. */
export function notServed(cause: unknown): NotServed {
  const { code } = cause as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM') return { kind: 'forbidden' }
  if (MISSING.has(code)) return { kind: 'missing' }
  throw cause
}
