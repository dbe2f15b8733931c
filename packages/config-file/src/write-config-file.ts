import { fileErrorFrom } from './errors.ts'
import { linkTarget, replaceFile } from './replace-file.ts'

/**
 * Replaces the whole text of a settings file, atomically, as {@link editConfigFile} does. Gives the file that was written,
 * after symbolic links. Throws `ConfigFileError`: `ERR_CONFIG_UNWRITABLE`, and then the file is what it was.
 */
export const writeConfigFile = async (path: string, text: string): Promise<string> => {
  try {
    const target = await linkTarget(path)
    await replaceFile(target, text)
    return target
  } catch (cause) {
    throw fileErrorFrom(cause, path, 'ERR_CONFIG_UNWRITABLE')
  }
}
