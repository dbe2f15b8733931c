import { ActionError } from './action-error.ts'

/** The largest body that an action holds, in bytes. Reference §1.7 */
export const MAX_BODY_BYTES = 10 * 1024 * 1024

/** Collects a body up to a limit. Chunks are copied: whoever read one may read the next into its memory. */
export interface BodyBuffer {
  /** @throws ActionError `ERR_TUNNEL_3903` beyond the limit; what was held is let go. */
  add(chunk: Buffer): void
  /** The whole body, once. */
  take(): Buffer
}

/** @param maxBytes By default `MAX_BODY_BYTES`. */
export function createBodyBuffer(maxBytes: number = MAX_BODY_BYTES): BodyBuffer {
  let chunks: Buffer[] = []
  let size = 0
  return {
    add(chunk) {
      size += chunk.length
      if (size > maxBytes) {
        chunks = []
        throw new ActionError('ERR_TUNNEL_3903', `body of at least ${size} bytes exceeds the limit of ${maxBytes}`)
      }
      chunks.push(Buffer.from(chunk))
    },
    take() {
      const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)
      chunks = []
      size = 0
      return body
    },
  }
}
