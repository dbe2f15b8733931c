import type { Socket } from 'node:net'

/** What Node calls, on the socket, with what a read brought. `false`: no more until the socket is resumed. */
export type ReadCallback = (this: Socket, bytes: number, buffer: Buffer) => boolean

/**
 * Where `onread` of `net.connect` lands in a socket: the buffer of the next read, who takes what came, and who gives the buffer after it.
 * Node has no way to ask for them on a socket that is there already, so they are known by what their symbols say.
 */
export interface ReadSlots {
  readonly buffer: symbol
  readonly callback: symbol
  readonly next: symbol
}

/** The inside of a socket. */
export interface SlottedSocket {
  [slot: symbol]: unknown
  readonly _handle?: { useUserBuffer?: (buffer: Buffer) => void } | null
}

let known: ReadSlots | undefined

/** `undefined` where this Node has no slots, or the socket nothing to read from. */
export function readSlotsOf(socket: SlottedSocket): ReadSlots | undefined {
  if (typeof socket._handle?.useUserBuffer !== 'function') return undefined
  known ??= slotsIn(socket)
  return known
}

function slotsIn(socket: SlottedSocket): ReadSlots | undefined {
  const symbols = Object.getOwnPropertySymbols(socket)
  const [buffer, callback, next] = ['kBuffer', 'kBufferCb', 'kBufferGen'].map((name) =>
    symbols.find(({ description }) => description === name),
  )
  return buffer && callback && next ? { buffer, callback, next } : undefined
}
