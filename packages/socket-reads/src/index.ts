/**
 * Reads a connected socket into buffers of your own, as `onread` does for those that `net.connect` makes.
 *
 * @example
 * import { readInto } from '@tunnel/socket-reads'
 *
 * const buffer = Buffer.allocUnsafeSlow(64 * 1024)
 * createServer((socket) => {
 *   socket.on('data', take)
 *   readInto(socket, { onRead: (bytes) => take(buffer.subarray(0, bytes)), next: () => buffer })
 * })
 *
 * @packageDocumentation
 */
export { type ReadTarget, readInto, stopReadingInto } from './read-into.ts'
