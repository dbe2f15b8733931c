import type { Socket } from 'node:net'
import { type ReadCallback, readSlotsOf, type SlottedSocket } from './read-slots.ts'

/** Who takes what is read, and says where to. */
export interface ReadTarget {
  /**
   * What a read brought: the first `bytes` bytes of `buffer`. They are there until somebody reads into it again: this socket does
   * after {@link next}, and so does any other that was given the same buffer. Must not throw.
   */
  onRead(bytes: number, buffer: Buffer): void
  /**
   * The buffer that this socket reads into next, at least one byte long. Asked for at first and after each read; the socket keeps it until
   * then, however long it is silent. Must not throw.
   */
  next(): Buffer
}

/** Only for sockets that were stopped: what they read is copied before another one reads. */
const SPARE_BYTES = 64 * 1024
let spare: Buffer | undefined

/**
 * Has `socket` (TCP, a local socket or TLS; accepted or connected, also while it connects) read into the buffers that `target` gives: without a
 * new buffer, a `Buffer` around it and an event for each read.
 *
 * `end`, `error`, `close`, `pause()`, `resume()` and the timeout work as ever. Bytes that Node has to hold come as `data` events, in
 * their place between the reads: those that were put back by `unshift()` or came before, and those that TLS had decrypted when the socket was
 * paused. So listen for `data` too, which also makes the socket flow.
 *
 * `false`: nothing was done, since this Node has no such thing, the socket is closed, or it has somebody who takes its reads. The
 * first read may come into a buffer of another, where the socket was read so before.
 */
export function readInto(socket: Socket, target: ReadTarget): boolean {
  const slotted = socket as unknown as SlottedSocket
  const slots = readSlotsOf(slotted)
  if (!slots) return false
  const wasStopped = slotted[slots.callback] === pushCopy
  if (slotted[slots.buffer] && !wasStopped) return false
  const onRead: ReadCallback = (bytes, buffer) => {
    if (socket.isPaused() || socket.readableLength > 0) return pushCopy.call(socket, bytes, buffer)
    target.onRead(bytes, buffer)
    return true
  }
  slotted[slots.callback] = onRead
  slotted[slots.next] = () => target.next()
  // One that was stopped goes on with the buffer that it has.
  if (wasStopped) return true
  const buffer = target.next()
  slotted[slots.buffer] = buffer
  slotted._handle?.useUserBuffer?.(buffer)
  return true
}

/** After a {@link readInto} that was `true`: from now on `socket` reads as any other, by `data` events. Does nothing to a closed one. */
export function stopReadingInto(socket: Socket): void {
  const slotted = socket as unknown as SlottedSocket
  const slots = readSlotsOf(slotted)
  if (!slots) return
  slotted[slots.callback] = pushCopy
  slotted[slots.next] = nextSpare
}

/** The socket's `this`, since Node calls it so; one function for all tells a socket that was stopped from one that is read. */
const pushCopy: ReadCallback = function (bytes, buffer) {
  return this.push(Buffer.from(buffer.subarray(0, bytes)))
}

function nextSpare(): Buffer {
  spare ??= Buffer.allocUnsafeSlow(SPARE_BYTES)
  return spare
}
