import type { Writable } from 'node:stream'

const BLOCK_BYTES = 64 * 1024
/** A larger write has memory of its own. */
const MAX_PART_BYTES = 4 * 1024

let block = Buffer.alloc(0)
let used = 0

/**
 * Memory for one write of `bytes` to `out`, to be filled: small writes have parts of a block that all share, which is left to the collector when it is
 * full. Node's own pool is a new block every few writes, and that costs more than filling it (docs/performance.md). A write behind others that wait
 * has its own, since a part holds all of its block.
 */
export function writeMemory(out: Writable, bytes: number): Buffer {
  if (bytes > MAX_PART_BYTES || out.writableLength > 0) return Buffer.allocUnsafe(bytes)
  if (used + bytes > block.length) {
    block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
    used = 0
  }
  const from = used
  used += bytes
  return block.subarray(from, used)
}
