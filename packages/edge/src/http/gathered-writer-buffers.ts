/** What is gathered for one visitor at most, in all but odd cases: 128 KiB, one more read of an agent's connection, and the framing of chunks. */
export const WRITE_BUFFER_BYTES = 200 * 1024
/** Unused buffers kept for all visitors together: 1.6 MB. */
const MAX_FREE = 8

const free: Buffer[] = []

/** A buffer of at least `bytes`, which is {@link WRITE_BUFFER_BYTES} where that is enough. */
export function takeWriteBuffer(bytes: number): Buffer {
  if (bytes > WRITE_BUFFER_BYTES) return Buffer.allocUnsafeSlow(bytes)
  return free.pop() ?? Buffer.allocUnsafeSlow(WRITE_BUFFER_BYTES)
}

/** Gives back a buffer whose bytes have left. Others than those from here, and those beyond the limit, are collected as any. */
export function returnWriteBuffer(buffer: Buffer): void {
  if (buffer.length === WRITE_BUFFER_BYTES && free.length < MAX_FREE) free.push(buffer)
}
