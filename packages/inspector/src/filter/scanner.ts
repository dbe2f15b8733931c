/** A value as it stands in a filter. Quoted ones are taken literally. */
export interface ScannedValue {
  values: string[]
  quoted: boolean
  start: number
  end: number
}

export type FilterOperator = ':' | '=' | '!=' | '<' | '<=' | '>' | '>=' | 'match' | '!match'

const SPACES = /\s*/y
const NAME = /[A-Za-z][\w.-]*/y
const SYMBOL = /!=|<=|>=|[:=<>]/y
const WORD_OPERATOR = /!?match(?=\s)/iy
const BARE = /[^\s"]+/y
const QUOTED = /"((?:[^"\\]|\\.)*)"/y

/** Reads a filter from left to right; every method moves on only over what it found. */
export class FilterScanner {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
    this.skipSpaces()
  }

  get done(): boolean {
    return this.at >= this.text.length
  }

  skipSpaces(): void {
    this.#take(SPACES)
  }

  /** `!` or `-` in front of a term. */
  negation(): boolean {
    const mark = this.text[this.at]
    const negated = (mark === '!' || mark === '-') && /\S/.test(this.text[this.at + 1] ?? ' ')
    if (negated) this.at++
    return negated
  }

  name(): string | undefined {
    return this.#take(NAME)
  }

  /** The operator that follows: directly, or after spaces too if `spaced`. */
  operator(spaced: boolean): FilterOperator | undefined {
    const from = this.at
    if (spaced) this.skipSpaces()
    const found = this.#take(SYMBOL) ?? (this.at > from ? this.#take(WORD_OPERATOR)?.toLowerCase() : undefined)
    if (found === undefined) this.at = from
    else if (spaced) this.skipSpaces()
    return found as FilterOperator | undefined
  }

  /** `undefined` at the end of the text, and for a quote that is not closed. */
  value(): ScannedValue | undefined {
    const start = this.at
    const quoted = this.#take(QUOTED)
    if (quoted !== undefined) {
      return { values: [quoted.slice(1, -1).replace(/\\(.)/g, '$1')], quoted: true, start, end: this.at }
    }
    const bare = this.#take(BARE)
    if (bare === undefined) return undefined
    return { values: bare.split(',').filter(Boolean), quoted: false, start, end: this.at }
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0]
    if (found !== undefined) this.at += found.length
    return found
  }
}
