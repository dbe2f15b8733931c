import type { Document } from 'yaml'
import { ConfigFileError, fileErrorFrom, invalidConfigError } from './errors.ts'
import { type Layout, layoutOf } from './layout.ts'
import { type ConfigLimits, defaultConfigLimits } from './limits.ts'
import { readConfigText } from './read-config-text.ts'
import { readDocument } from './read-document.ts'
import { linkTarget, replaceFile } from './replace-file.ts'

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
  const before = textOrNothing(target, limits)
  const text = before ?? ''
  const document = soundDocument(text, path, limits)
  try {
    edit(document)
  } catch (cause) {
    if (!(cause instanceof ConfigFileError)) throw cause
    throw new ConfigFileError(cause.code, `${path}: ${cause.message}`, { cause })
  }
  try {
    await replaceFile(target, write(document, layoutOf(text)))
  } catch (cause) {
    throw fileErrorFrom(cause, path, 'ERR_CONFIG_UNWRITABLE')
  }
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

const soundDocument = (text: string, file: string, limits: ConfigLimits): Document => {
  const { document, lines, faults } = readDocument(text, limits)
  if (faults.length > 0) {
    const placed = faults.map(({ code, offset, message }) => ({
      code,
      file,
      ...lines.positionAt(offset),
      path: [],
      message,
    }))
    throw invalidConfigError(placed.slice(0, limits.maxFaults))
  }
  return document as Document
}

const write = (document: Document, { indent, indentSeq, newline, flushComment }: Layout): string => {
  if (flushComment && document.contents && document.comment) {
    // As the document's own comment it would get a blank line before it.
    document.contents.comment = document.comment
    document.comment = null
  }
  // A width of 0 keeps long texts on their line.
  const text = document.toString({ indent, indentSeq, lineWidth: 0 })
  return newline === '\n' ? text : text.replaceAll('\n', newline)
}
