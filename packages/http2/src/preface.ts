import { PREFACE } from './frame.ts'
import { violation } from './violation.ts'

/** The first bytes of a client (RFC 9113 §3.4), however they are cut. */
export class Preface {
  #read = 0

  /** How many bytes of `chunk` belong to it. */
  read(chunk: Buffer): number {
    if (this.#read === PREFACE.length) return 0
    const length = Math.min(chunk.length, PREFACE.length - this.#read)
    if (chunk.compare(PREFACE, this.#read, this.#read + length, 0, length) !== 0)
      throw violation('the connection does not begin with the preface', '§3.4')
    this.#read += length
    return length
  }
}
