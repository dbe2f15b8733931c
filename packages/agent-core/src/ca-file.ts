import { readFileSync } from 'node:fs'
import { TunnelError } from '@tunnel/protocol'

/** Throws {@link TunnelError} 8003 that names the file. */
export function readCaFile(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new TunnelError(8003, `CA file ${file} cannot be read: ${(cause as NodeJS.ErrnoException).code}`, { cause })
  }
}
