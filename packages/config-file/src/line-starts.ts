/** A place in a file; both count from 1. */
export interface ConfigPosition {
  readonly line: number
  readonly column: number
}

/**
 * Turns offsets of a text into lines and columns.
 *
 * Not yaml's own `LineCounter`: that one learns of line ends from the lexer, which leaves some out in broken flow collections.
 */
export class LineStarts {
  readonly #starts = [0]
  readonly #length: number

  constructor(text: string) {
    this.#length = text.length
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) this.#starts.push(end + 1)
  }

  /** An offset beyond the text is its end. */
  positionAt(offset: number): ConfigPosition {
    const within = Math.min(Math.max(offset, 0), this.#length)
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.#starts[middle]! <= within) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: within - this.#starts[low]! + 1 }
  }
}
