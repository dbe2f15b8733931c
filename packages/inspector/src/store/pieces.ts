import type { ByteDirection } from '@tunnel/http'

/** Bytes that arrived together: where they begin in their direction, and when. */
export interface Piece {
  direction: ByteDirection
  offset: number
  bytes: number
  atMs: number
}

/** Memory of one piece. */
export const PIECE_BYTES = 64

/** When which bytes came, for kinds that are streams. Bounded: what comes after the last place joins the last piece of its direction. */
export class Pieces {
  readonly #maxPieces: number
  #list: Piece[] = []

  constructor(maxPieces: number) {
    this.#maxPieces = maxPieces
  }

  get list(): readonly Piece[] {
    return this.#list
  }

  /** Returns what memory it took. */
  add(direction: ByteDirection, offset: number, bytes: number, atMs: number): number {
    const last = this.#list.at(-1)
    const isFull = this.#list.length >= this.#maxPieces
    if (isFull || (last && last.direction === direction && atMs - last.atMs < 1)) {
      const joined = last?.direction === direction ? last : this.#list.findLast((one) => one.direction === direction)
      if (joined) joined.bytes += bytes
      if (joined || isFull) return 0
    }
    this.#list.push({ direction, offset, bytes, atMs })
    return PIECE_BYTES
  }

  restore(list: Piece[]): void {
    this.#list = list
  }
}
