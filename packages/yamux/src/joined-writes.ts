import type { Writable } from 'node:stream'

/** What a batch comes to at most, in all but odd cases: its mark and one more turn. */
const BUFFER_BYTES = 160 * 1024
/** Unused buffers kept for all sessions together: 1.25 MiB. An idle session owns none. */
const MAX_FREE = 8

const free: Buffer[] = []

/**
 * Writes several parts as one buffer; as `Writable.write` otherwise. The parts are free when it returns.
 *
 * A TLS socket joins them anyway, into a new buffer for each write, which costs the pages of that buffer and, counted as
 * external memory, a major collection every few dozen megabytes; here the buffer is used again.
 */
export function writeJoined(out: Writable, parts: readonly Buffer[], onWritten: (() => void) | undefined): boolean {
  let bytes = 0
  for (const part of parts) bytes += part.length
  const buffer = take(bytes)
  let at = 0
  for (const part of parts) {
    buffer.set(part, at)
    at += part.length
  }
  return out.write(buffer.subarray(0, bytes), () => {
    if (buffer.length === BUFFER_BYTES && free.length < MAX_FREE) free.push(buffer)
    onWritten?.()
  })
}

function take(bytes: number): Buffer {
  if (bytes > BUFFER_BYTES) return Buffer.allocUnsafeSlow(bytes)
  return free.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES)
}
