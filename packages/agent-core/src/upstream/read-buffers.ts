/** What one read of an upstream takes at most. */
const BUFFER_BYTES = 64 * 1024
/** How many unused buffers are kept for all connections together: 16 MiB. */
const MAX_FREE = 256
/** Those that nobody needed for so long are let go. */
const TRIM_MS = 2000

const free: Buffer[] = []
/** The fewest that were free since the last trim. */
let neverUsed = 0
let trimmer: NodeJS.Timeout | undefined

/**
 * A buffer to read into. Node would make a new one for every read, and at some hundred megabytes a second collecting them
 * costs as much as encrypting what they held (docs/performance.md).
 */
export function takeReadBuffer(): Buffer {
  const buffer = free.pop()
  if (free.length < neverUsed) neverUsed = free.length
  return buffer ?? Buffer.allocUnsafeSlow(BUFFER_BYTES)
}

/** Gives back a buffer whose bytes nobody needs any more. One that is never given back, or that is not from here, is collected as any other. */
export function returnReadBuffer(buffer: Buffer): void {
  if (free.length >= MAX_FREE || buffer.length !== BUFFER_BYTES) return
  free.push(buffer)
  trimmer ??= setInterval(trim, TRIM_MS).unref()
}

function trim(): void {
  free.length -= neverUsed
  neverUsed = free.length
  if (free.length > 0) return
  clearInterval(trimmer)
  trimmer = undefined
}
