/**
 * Reads a connected socket into buffers of your own, as `onread` does for those that `net.connect` makes.
 *
 * @example
 * import { readInto } from '@tunnel/socket-buffers'
 *
 * const buffer = Buffer.allocUnsafeSlow(64 * 1024)
 * createServer((socket) => {
 *   socket.on('data', take)
 *   readInto(socket, { onRead: (bytes) => take(buffer.subarray(0, bytes)), next: () => buffer })
 * })
 *
 * @packageDocumentation
 */
export { BufferPool, type BufferPoolOptions } from './buffer-pool.ts'
export { GatheredWriter } from './gathered-writer.ts'
export { HeldBuffer } from './held-buffer.ts'
export { type ReadTarget, readInto, stopReadingInto } from './read-into.ts'
export { atTurnEnd } from './turn-end.ts'
export { hasRoom, MAX_UNSENT_BYTES } from './unsent.ts'
export { writeMemory } from './write-memory.ts'
