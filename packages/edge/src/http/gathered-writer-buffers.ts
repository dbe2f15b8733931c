/** What is gathered for one visitor at most, in all but odd cases: 128 KiB, one more read of an agent's connection, and the framing of chunks. */
export const WRITE_BUFFER_BYTES = 200 * 1024
/** How many unused buffers are kept for all visitors together: 13 MB. */
const MAX_FREE = 64
/** Those that nobody needed for so long are let go. */
const TRIM_MS = 2000

const free: Buffer[] = []
/** The fewest that were free since the last trim. */
let neverUsed = 0
let trimmer: NodeJS.Timeout | undefined

/** A buffer of at least `bytes`, which is {@link WRITE_BUFFER_BYTES} where that is enough. */
export function takeWriteBuffer(bytes: number): Buffer {
  if (bytes > WRITE_BUFFER_BYTES) return Buffer.allocUnsafeSlow(bytes)
  const buffer = free.pop()
  if (free.length < neverUsed) neverUsed = free.length
  return buffer ?? Buffer.allocUnsafeSlow(WRITE_BUFFER_BYTES)
}

/** Gives back a buffer whose bytes have left. Others than those from here, and those beyond the limit, are collected as any. */
export function returnWriteBuffer(buffer: Buffer): void {
  if (buffer.length !== WRITE_BUFFER_BYTES || free.length >= MAX_FREE) return
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
