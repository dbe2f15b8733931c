import { ActionError } from './action-error.ts'
import type { SseMessage } from './sse-message.ts'

/** Cuts an event stream into messages, whatever its chunks; a message is its bytes with the blank line that ends it. */
export interface SseReader {
  /** @throws ActionError `ERR_TUNNEL_3903` for a message that is too large. */
  push(chunk: Buffer): Buffer[]
  /** What is held of a message that has not ended. */
  rest(): Buffer
  parse(message: Buffer): SseMessage
}

const LF = 0x0a
const CR = 0x0d

/**
 * A line ends with LF, CR LF or CR. Whether a CR is the whole end is known with the next byte. A message whose first line ended with a bare CR
 * is given at the CR of its blank line, without waiting for the next message; any other keeps the LF that follows.
 */
export function createSseReader(maxMessageBytes: number): SseReader {
  let held: Buffer[] = []
  let heldBytes = 0
  let lineLength = 0
  let firstEnd: 'unknown' | 'cr' | 'other' = 'unknown'
  let state: 'within' | 'after-cr' | 'after-blank-cr' = 'within'

  const keep = (piece: Buffer) => {
    heldBytes += piece.length
    if (heldBytes > maxMessageBytes) {
      throw new ActionError('ERR_TUNNEL_3903', `event stream message exceeds the limit of ${maxMessageBytes} bytes`)
    }
    // A copy: whoever read the chunk may read the next one into its memory.
    if (piece.length > 0) held.push(Buffer.from(piece))
  }
  const take = (): Buffer => {
    const message = held.length === 1 ? held[0]! : Buffer.concat(held, heldBytes)
    held = []
    heldBytes = 0
    firstEnd = 'unknown'
    return message
  }

  return {
    push(chunk) {
      const messages: Buffer[] = []
      let from = 0
      const cut = (end: number) => {
        keep(chunk.subarray(from, end))
        messages.push(take())
        from = end
      }
      for (let at = 0; at < chunk.length; at++) {
        const byte = chunk[at]
        if (state === 'after-blank-cr') {
          state = 'within'
          cut(byte === LF ? at + 1 : at)
          if (byte === LF) continue
        } else if (state === 'after-cr') {
          state = 'within'
          if (firstEnd === 'unknown') firstEnd = byte === LF ? 'other' : 'cr'
          if (byte === LF) continue
        }
        if (byte === CR) {
          const isBlank = lineLength === 0
          lineLength = 0
          if (isBlank && firstEnd === 'cr') cut(at + 1)
          else state = isBlank ? 'after-blank-cr' : 'after-cr'
        } else if (byte === LF) {
          if (lineLength === 0) cut(at + 1)
          else if (firstEnd === 'unknown') firstEnd = 'other'
          lineLength = 0
        } else lineLength++
      }
      keep(chunk.subarray(from))
      return messages
    },
    rest: take,
    parse(message) {
      const text = message.toString('utf8')
      const lineEnd = /\r\n|\r|\n/.exec(text)?.[0] ?? '\n'
      const lines = text.split(/\r\n|\r|\n/)
      // The blank line that ends the message, and what `split` gives after it.
      while (lines.length > 0 && lines.at(-1) === '') lines.pop()
      return { lines, lineEnd }
    },
  }
}
