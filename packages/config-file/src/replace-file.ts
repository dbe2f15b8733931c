import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readlink, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/** Owner may read and write: settings hold secrets. */
const secretMode = 0o600

/** As many links as Linux follows before it calls them a loop. */
const maxLinks = 40

/** The file that a path means in the end, whether or not it exists; links stay links. Throws when they run in a circle. */
export const linkTarget = async (path: string): Promise<string> => {
  let target = resolve(path)
  for (let links = 0; links < maxLinks; links++) {
    const next = await readlink(target).catch(() => undefined)
    if (next === undefined) return target
    target = resolve(dirname(target), next)
  }
  throw Object.assign(new Error(`more than ${maxLinks} symbolic links`), { code: 'ELOOP' })
}

/**
 * Writes a file so that a reader, or a machine that loses power, sees the old text or the new one and never a piece.
 * The directories above are made where missing. The mode is 0600, or the file's own bits of it if it had fewer;
 * the owner stays (as far as the system allows), so that root editing a user's file does not take it away.
 */
export const replaceFile = async (path: string, text: string): Promise<void> => {
  const directory = dirname(path)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const before = await stat(path).catch(() => undefined)
  const temporary = join(directory, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  const handle = await open(temporary, 'wx', secretMode)
  try {
    await handle.writeFile(text)
    if (before && before.uid !== process.getuid?.()) await handle.chown(before.uid, before.gid).catch(() => {})
    if (before) await handle.chmod(before.mode & secretMode)
    await handle.sync()
    await handle.close()
    await rename(temporary, path)
  } catch (error) {
    await handle.close().catch(() => {})
    await rm(temporary, { force: true })
    throw error
  }
  await syncDirectory(directory)
}

/** Makes the rename itself durable. Windows has no such call, and some file systems refuse it: the file is whole either way. */
const syncDirectory = async (directory: string): Promise<void> => {
  let handle: FileHandle | undefined
  try {
    handle = await open(directory, 'r')
    await handle.sync()
  } catch {
  } finally {
    await handle?.close()
  }
}
