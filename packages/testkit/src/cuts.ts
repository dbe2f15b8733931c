/** Splits `bytes` before each of the offsets in `at` (unsorted, repeated and out-of-range offsets are fine). Pieces are never empty. */
export function cutAt(bytes: Uint8Array, at: readonly number[]): Buffer[] {
  const offsets = [...new Set(at.filter((offset) => offset > 0 && offset < bytes.length))].sort((a, b) => a - b)
  const pieces: Buffer[] = []
  let start = 0
  for (const end of [...offsets, bytes.length]) {
    if (end > start) pieces.push(Buffer.from(bytes.subarray(start, end)))
    start = end
  }
  return pieces
}

/** Every byte alone: the cut that finds most of a decoder's off-by-ones. */
export function cutEveryByte(bytes: Uint8Array): Buffer[] {
  return Array.from(bytes, (byte) => Buffer.of(byte))
}
