/** Bytes that are appended to one memory, which doubles up to a limit: a million small pieces cost no more than their bytes. */
export interface GrowingBuffer {
  /** `false`, and nothing is appended, if the bytes would exceed the limit. */
  append(source: Buffer, start: number, end: number): boolean
  take(): Buffer
}

/** @param expectedBytes Where the memory begins. */
export function createGrowingBuffer(expectedBytes: number, maxBytes: number): GrowingBuffer {
  let memory = Buffer.allocUnsafe(Math.min(Math.max(expectedBytes, 64), maxBytes))
  let size = 0
  return {
    append(source, start, end) {
      const needed = size + end - start
      if (needed > maxBytes) return false
      if (needed > memory.length) {
        const larger = Buffer.allocUnsafe(Math.min(Math.max(needed, memory.length * 2), maxBytes))
        memory.copy(larger, 0, 0, size)
        memory = larger
      }
      source.copy(memory, size, start, end)
      size = needed
      return true
    },
    take: () => memory.subarray(0, size),
  }
}
