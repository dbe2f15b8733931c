import type { Writable } from 'node:stream'
import { BufferPool } from '@tunnel/socket-buffers'

/**
 * For all sessions together; an idle one owns none. A batch comes to its mark and one more turn at most, in all but odd cases. 1.25 MiB
 * are kept unused.
 */
const joinBuffers = new BufferPool({ bufferBytes: 160 * 1024, maxFree: 8 })

/**
 * Writes several parts as one buffer; as `Writable.write` otherwise. The parts are free when it returns.
 *
 * A TLS socket joins them anyway, into a new buffer for each write, which costs the pages of that buffer and, counted as
 * external memory, a major collection every few dozen megabytes; here the buffer is used again.
 */
export function writeJoined(out: Writable, parts: readonly Buffer[], onFree: (() => void) | undefined): boolean {
  let bytes = 0
  for (const part of parts) bytes += part.length
  const buffer = joinBuffers.take(bytes)
  let at = 0
  for (const part of parts) {
    buffer.set(part, at)
    at += part.length
  }
  onFree?.()
  return out.write(buffer.subarray(0, bytes), () => joinBuffers.give(buffer))
}
