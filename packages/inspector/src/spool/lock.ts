import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InspectorError } from '../errors.ts'

/** Takes a directory for this process. Rejects with `ERR_INSPECTOR_SPOOL` while another that lives has it. */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, 'lock')
  const pid = `${process.pid}\n`
  try {
    await writeFile(path, pid, { flag: 'wx', mode: 0o600 })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    const owner = Number(await readFile(path, 'utf8'))
    if (owner !== process.pid && isAlive(owner)) {
      const message = `the spool ${directory} is that of process ${owner}; if that is no agent, remove ${path}`
      throw new InspectorError('ERR_INSPECTOR_SPOOL', message)
    }
    // It was killed, and could not remove it.
    await writeFile(path, pid)
  }
  return () => rm(path, { force: true })
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    // It lives, and is another user's.
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}
