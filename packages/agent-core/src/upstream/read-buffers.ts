/** What one read of an upstream takes at most. */
const BUFFER_BYTES = 64 * 1024
/** How many unused buffers are kept for all connections together: 4 MiB. */
const MAX_FREE = 64

const free: Buffer[] = []

/**
 * A buffer to read into. Node would make a new one for every read, and at some hundred megabytes a second collecting them
 * costs as much as encrypting what they held (docs/performance.md).
 */
export function takeReadBuffer(): Buffer {
  return free.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES)
}

/** Gives back a buffer whose bytes nobody needs any more. One that is never given back is collected as any other. */
export function returnReadBuffer(buffer: Buffer): void {
  if (free.length < MAX_FREE) free.push(buffer)
}
