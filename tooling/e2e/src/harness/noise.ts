import { randomBytes } from 'node:crypto'
import { Readable, type Writable } from 'node:stream'

/** More than windows, queues and the kernel hold of one that is not read. */
export const BODY_BYTES = 5 * 1024 * 1024

const noise = randomBytes(BODY_BYTES + 1_000_000)

/** No two bodies agree in any place that a mistake could mix up: each is another part of the same noise, which does not repeat. */
export function bodyOf(seed: number): Buffer {
  return noise.subarray(seed * 9973, seed * 9973 + BODY_BYTES)
}

/** Writes and ends in pieces of many sizes, so that frames and records of TLS cut `body` everywhere. */
export function writePieces(out: Writable, body: Buffer): void {
  Readable.from(piecesOf(body)).pipe(out)
}

function* piecesOf(body: Buffer): Generator<Buffer> {
  for (let at = 0, size = 1; at < body.length; at += size, size = ((size * 7) % 100_003) + 1) {
    yield body.subarray(at, at + size)
  }
}
