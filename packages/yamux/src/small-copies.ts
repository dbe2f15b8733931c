/** Small copies go here, one after the other, for all sessions; a full slab is left to those who hold parts of it. */
const SLAB_BYTES = 8 * 1024
/** A larger copy is a buffer of its own. */
const MAX_SHARED_BYTES = 2 * 1024

let slab: Buffer = Buffer.alloc(0)
let slabUsed = 0

/**
 * A copy of `piece`. Not in Node's own pool: what lives as long as a session lies there too, and would hold 8 KiB each
 * once every message of a stream moves the pool on.
 */
export function copyOf(piece: Buffer): Buffer {
  const bytes = piece.length
  if (bytes > MAX_SHARED_BYTES) return filled(Buffer.allocUnsafeSlow(bytes), piece)
  if (slabUsed + bytes > slab.length) {
    slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
    slabUsed = 0
  }
  const at = slabUsed
  slabUsed += bytes
  return filled(slab.subarray(at, slabUsed), piece)
}

function filled(copy: Buffer, piece: Buffer): Buffer {
  copy.set(piece)
  return copy
}
