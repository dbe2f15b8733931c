import { access, constants, mkdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { ControlPlaneError, systemCodeOf, unusable } from '../errors.ts'
import { holderOf, type ProcessLock, takeProcessLock } from './process-lock.ts'

/** The directory where one edge keeps all that must outlive it. */
export interface DataDirectory {
  /** Absolute. */
  readonly path: string
  /** Path of a file in it. */
  file(name: string): string
  /** Makes it the directory of process `pid`, which was opened there as heir of this one. */
  handTo(pid: number): Promise<void>
  /** Lets another edge have it. Idempotent. */
  close(): Promise<void>
}

export interface DataDirectoryOptions {
  /**
   * Whether to keep other edges out until `close()`. `false` is for commands that run beside an edge.
   * Held on one machine: do not share a data directory over a network file system.
   * @default true
   */
  exclusive?: boolean
  /** Pid of the edge that has the directory now and will hand it over. */
  heirOf?: number | undefined
}

/**
 * Opens a data directory, made with mode 0700 where there is none.
 * Throws `ERR_CONTROL_PLANE_DATA_UNUSABLE` when it cannot be made or written, and `ERR_CONTROL_PLANE_DATA_IN_USE` when
 * a running edge has it. The lock of an edge that died is taken over.
 */
export async function openDataDirectory(path: string, options: DataDirectoryOptions = {}): Promise<DataDirectory> {
  const absolute = resolve(path)
  try {
    await makeDirectory(absolute)
  } catch (cause) {
    throw unusable(absolute, 'created', cause)
  }
  try {
    await access(absolute, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw unusable(absolute, 'written', cause)
  }
  const lock = options.exclusive === false ? undefined : await lockForEdge(absolute, options.heirOf)
  return {
    path: absolute,
    file: (name) => join(absolute, name),
    handTo: async (pid) => lock?.handTo(pid),
    close: async () => lock?.release(),
  }
}

/** `mkdir` of Node 20 with `recursive` never returns, and fills memory, where a file system answers ENOENT below a directory that exists (/proc). */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (cause) {
    if (systemCodeOf(cause) === 'EEXIST' && (await stat(path)).isDirectory()) return
    if (systemCodeOf(cause) !== 'ENOENT' || dirname(path) === path) throw cause
    await makeDirectory(dirname(path))
    await mkdir(path, { mode: 0o700 })
  }
}

/** Pid of the edge that runs on a data directory. */
export function runningEdge(directory: string): Promise<number | undefined> {
  return holderOf(join(resolve(directory), LOCK))
}

const LOCK = 'edge.lock'

async function lockForEdge(directory: string, heirOf: number | undefined): Promise<ProcessLock> {
  const lock = await takeProcessLock(join(directory, LOCK), heirOf)
  if ('release' in lock) return lock
  throw new ControlPlaneError(
    'ERR_CONTROL_PLANE_DATA_IN_USE',
    `${directory}: in use by another edge (pid ${lock.heldBy}); give each edge its own data directory`,
  )
}
