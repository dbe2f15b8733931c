import { closeSync, openSync, readSync } from 'node:fs'
import { ConfigFileError, fileErrorFrom } from './errors.ts'
import { defaultConfigLimits } from './limits.ts'

/**
 * The text of a settings file, at most `maxConfigBytes` of it, so that a device or an endless pipe ends too.
 * Throws `ERR_CONFIG_NOT_FOUND`, `ERR_CONFIG_UNREADABLE` (also for bytes that are not UTF-8) or `ERR_CONFIG_TOO_LARGE`.
 */
export const readConfigText = (path: string, options: { readonly maxConfigBytes?: number } = {}): string => {
  const { maxConfigBytes = defaultConfigLimits.maxConfigBytes } = options
  const bytes = readAtMost(path, maxConfigBytes + 1)
  if (bytes.length > maxConfigBytes) {
    throw new ConfigFileError('ERR_CONFIG_TOO_LARGE', `${path}: the file exceeds maxConfigBytes ${maxConfigBytes}`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new ConfigFileError('ERR_CONFIG_UNREADABLE', `${path}: the file is not UTF-8 text`, { cause })
  }
}

/** A pipe gives its text in pieces and has no size to ask for, hence the loop. */
const readAtMost = (path: string, maxBytes: number): Buffer => {
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, 'r')
    const chunks: Buffer[] = []
    let total = 0
    while (total < maxBytes) {
      const chunk = Buffer.allocUnsafe(Math.min(65_536, maxBytes - total))
      const length = readSync(descriptor, chunk)
      if (length === 0) break
      chunks.push(chunk.subarray(0, length))
      total += length
    }
    return Buffer.concat(chunks, total)
  } catch (cause) {
    throw fileErrorFrom(cause, path, 'ERR_CONFIG_UNREADABLE')
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
