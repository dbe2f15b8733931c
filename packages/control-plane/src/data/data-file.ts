import { randomBytes } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ControlPlaneError, systemCodeOf, unusable } from '../errors.ts'
import { defaultControlPlaneLimits } from '../limits.ts'

/** Every file of the data directory is the owner's alone. */
const FILE_MODE = 0o600

/** The whole file, or `undefined` where there is none. */
export async function readDataFile(
  path: string,
  maxFileBytes = defaultControlPlaneLimits.maxFileBytes,
): Promise<Buffer | undefined> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path, 'r')
    const { size } = await handle.stat()
    if (size > maxFileBytes) {
      const message = `${path}: ${size} bytes exceeds maxFileBytes ${maxFileBytes}`
      throw new ControlPlaneError('ERR_CONTROL_PLANE_DATA_INVALID', message)
    }
    return await handle.readFile()
  } catch (cause) {
    if (systemCodeOf(cause) === 'ENOENT') return undefined
    throw unusable(path, 'read', cause)
  } finally {
    await handle?.close()
  }
}

/** Replaces a file whole and mode 0600: a reader, or a machine that loses power, finds the old bytes or the new ones. */
export async function writeDataFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const handle = await open(temporary, 'wx', FILE_MODE)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {})
    throw unusable(path, 'written', cause)
  }
  await syncDirectory(dirname(path))
}

/** Makes the rename itself durable. Some systems refuse to sync a directory: the file is whole either way. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close()
}
