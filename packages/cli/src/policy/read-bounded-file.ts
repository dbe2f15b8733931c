import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

export type BoundedFile =
  | { readonly ok: true; readonly text: string }
  /** `reason` is the system's code, or `ERR_TOO_LARGE`. */
  | { readonly ok: false; readonly reason: string; readonly message: string }

/** Text of a file that has at most `maxBytes`; one that grows, or that never ends, is read no further. */
export function readBoundedFile(path: string, maxBytes: number): BoundedFile {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    if (fstatSync(file).isDirectory()) return { ok: false, reason: 'EISDIR', message: 'it is a directory' }
    const bytes = readUpTo(file, maxBytes + 1)
    if (bytes.length > maxBytes)
      return { ok: false, reason: 'ERR_TOO_LARGE', message: `it has more than ${maxBytes} bytes` }
    return { ok: true, text: bytes.toString('utf8') }
  } catch (cause) {
    const { code = 'unknown reason' } = cause as NodeJS.ErrnoException
    return { ok: false, reason: code, message: code === 'ENOENT' ? 'there is no such file (ENOENT)' : code }
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** A pipe, as of `<(…)` in a shell, gives its bytes in pieces. */
function readUpTo(file: number, maxBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(maxBytes)
  let length = 0
  while (length < maxBytes) {
    const read = readSync(file, bytes, length, maxBytes - length, null)
    if (read === 0) break
    length += read
  }
  return bytes.subarray(0, length)
}
