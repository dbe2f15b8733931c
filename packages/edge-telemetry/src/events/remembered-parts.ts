import type { LineBuffer } from './line-buffer.ts'

/** Parts that are remembered; when there are more, it begins anew. */
const MAX_PARTS = 1024

/**
 * Parts of lines that repeat, by what they were made of. Connections repeat their heads, and a repeated head is the same object. One that has come
 * once is kept as text; as bytes, which are only copied, when it comes again.
 */
export class RememberedParts<Source extends object> {
  readonly #parts = new Map<Source, string | Buffer>()
  readonly #make: (source: Source) => string

  constructor(make: (source: Source) => string) {
    this.#make = make
  }

  put(source: Source, lines: LineBuffer): void {
    const known = this.#parts.get(source)
    if (known instanceof Buffer) return lines.bytes(known)
    if (known !== undefined) {
      const bytes = Buffer.from(known)
      this.#parts.set(source, bytes)
      return lines.bytes(bytes)
    }
    const text = this.#make(source)
    if (this.#parts.size >= MAX_PARTS) this.#parts.clear()
    this.#parts.set(source, text)
    lines.text(text)
  }
}
