import type { Document } from 'yaml'
import { ConfigFileError, invalidConfigError } from './errors.ts'
import { type Layout, layoutOf } from './layout.ts'
import { defaultConfigLimits } from './limits.ts'
import type { ParseConfigOptions } from './parse-config-file.ts'
import { readDocument } from './read-document.ts'

/**
 * Changes the text of a settings file: `edit` changes the document, everything else, comments too, stays as it is (runs of blank
 * lines become one). Throws `ConfigFileError`: `ERR_CONFIG_INVALID` where the text is not sound YAML, or what `edit` throws,
 * with the file before its message.
 */
export const editConfigText = (
  text: string,
  edit: (document: Document) => void,
  options: ParseConfigOptions,
): string => {
  const document = soundDocument(text, options)
  try {
    edit(document)
  } catch (cause) {
    if (!(cause instanceof ConfigFileError)) throw cause
    throw new ConfigFileError(cause.code, `${options.file}: ${cause.message}`, { cause })
  }
  return write(document, layoutOf(text))
}

const soundDocument = (text: string, options: ParseConfigOptions): Document => {
  const limits = { ...defaultConfigLimits, ...options }
  const { document, lines, faults } = readDocument(text, limits)
  if (faults.length > 0) {
    const placed = faults.map(({ code, offset, message }) => ({
      code,
      file: limits.file,
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
