import type { Document } from 'yaml'
import { editConfigText } from './edit-config-text.ts'
import { ConfigFileError, fileErrorFrom } from './errors.ts'
import { type ConfigLimits, defaultConfigLimits } from './limits.ts'
import { readConfigText } from './read-config-text.ts'
import { linkTarget } from './replace-file.ts'
import { refuseSpecialFile, writeConfigFile } from './write-config-file.ts'

export interface EditedConfigFile {
  /** The file that was written, after symbolic links. */
  readonly path: string
  /** The file did not exist before. */
  readonly created: boolean
}

/**
 * Changes a settings file in place: `edit` changes the document, everything else, comments too, stays as it is
 * (runs of blank lines become one). The write is atomic, links are followed, missing directories made, the mode is 0600 or stricter.
 * A missing file is edited as an empty one.
 *
 * Nothing is written when `edit` throws; a `ConfigFileError` of its own gets the path before its message. Throws `ERR_CONFIG_INVALID` where the file is not sound YAML, and otherwise
 * `ERR_CONFIG_UNREADABLE`, `ERR_CONFIG_TOO_LARGE` or `ERR_CONFIG_UNWRITABLE`. Two edits at once: the later rename wins.
 */
export const editConfigFile = async (
  path: string,
  edit: (document: Document) => void,
  options: Partial<ConfigLimits> = {},
): Promise<EditedConfigFile> => {
  const limits = { ...defaultConfigLimits, ...options }
  const target = await linkTarget(path).catch((cause: unknown) => {
    throw fileErrorFrom(cause, path, 'ERR_CONFIG_UNREADABLE')
  })
  await refuseSpecialFile(target)
  const before = textOrNothing(target, limits)
  const text = editConfigText(before ?? '', edit, { ...limits, file: path })
  await writeConfigFile(target, text)
  return { path: target, created: before === undefined }
}

const textOrNothing = (path: string, limits: ConfigLimits): string | undefined => {
  try {
    return readConfigText(path, limits)
  } catch (error) {
    if (error instanceof ConfigFileError && error.code === 'ERR_CONFIG_NOT_FOUND') return undefined
    throw error
  }
}
