/** What a piece of text is, for its colour alone. */
export type SpanKind =
  | 'plain'
  | 'punctuation'
  | 'key'
  | 'string'
  | 'number'
  | 'literal'
  | 'tag'
  | 'attribute'
  | 'comment'

export interface Span {
  readonly kind: SpanKind
  readonly text: string
  /** This is where the syntax breaks. */
  readonly wrong?: true
}

/** One line as it is shown: how deep it stands, and its pieces. */
export interface Line {
  readonly depth: number
  readonly spans: readonly Span[]
}

/** The first error of a text, where it is in the text as it came. */
export interface SyntaxProblem {
  readonly message: string
  /** Of the text as it came, in UTF-16 units. */
  readonly offset: number
  /** Both from 1. */
  readonly line: number
  readonly column: number
}

export interface Pretty {
  readonly lines: readonly Line[]
  readonly problem?: SyntaxProblem
}

export function problemAt(text: string, offset: number, message: string): SyntaxProblem {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return { message, offset, line: before.split('\n').length, column: offset - lineStart + 1 }
}

/** Text as it is, one line of it to a line. */
export function plainLines(text: string): Line[] {
  return text.split(/\r\n|\n|\r/).map((line) => ({ depth: 0, spans: [{ kind: 'plain', text: line }] }))
}

/** Collects pieces into lines. */
export class LineWriter {
  readonly lines: Line[] = []
  #depth = 0
  #spans: Span[] = []

  write(span: Span): void {
    this.#spans.push(span)
  }

  /** Ends the line, where there is anything on it; what follows stands `depth` deep. */
  next(depth: number): void {
    if (this.#spans.length > 0) this.lines.push({ depth: this.#depth, spans: this.#spans })
    this.#spans = []
    this.#depth = depth
  }
}
