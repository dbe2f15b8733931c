import { stat } from 'node:fs/promises'
import { ConfigFileError, fileErrorFrom } from './errors.ts'
import { linkTarget, replaceFile } from './replace-file.ts'

/**
 * Replaces the whole text of a settings file, atomically, as {@link editConfigFile} does. Gives the file that was written,
 * after symbolic links. Throws `ConfigFileError`: `ERR_CONFIG_UNWRITABLE`, and then the file is what it was.
 */
export const writeConfigFile = async (path: string, text: string): Promise<string> => {
  try {
    const target = await linkTarget(path)
    await refuseSpecialFile(target)
    await replaceFile(target, text)
    return target
  } catch (cause) {
    throw fileErrorFrom(cause, path, 'ERR_CONFIG_UNWRITABLE')
  }
}

/** Replacing `/dev/null` would leave the machine without it. Throws `ERR_CONFIG_UNWRITABLE` for a device, a pipe or a socket. */
export const refuseSpecialFile = async (target: string): Promise<void> => {
  const facts = await stat(target).catch(() => undefined)
  if (!facts || facts.isFile() || facts.isDirectory()) return
  throw new ConfigFileError('ERR_CONFIG_UNWRITABLE', `${target}: cannot be written (it is no regular file)`)
}
