import type { Writable } from 'node:stream'

/**
 * How much may wait in front of a slow reader before its source is held back. Node's own mark of 16 KiB would stop and start
 * the source with every chunk of TLS.
 */
export const MAX_UNSENT_BYTES = 256 * 1024

/** Whether `out` can take more. When not, its `drain` follows, since far more than its own mark is waiting. */
export function hasRoom(out: Writable): boolean {
  return out.writableLength < MAX_UNSENT_BYTES
}
