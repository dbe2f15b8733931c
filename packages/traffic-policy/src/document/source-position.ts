import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  type LineCounter,
  type Node,
  type ParsedNode,
} from 'yaml'

export type Path = readonly (string | number)[]

export interface Position {
  readonly line: number
  readonly column: number
}

/** Where the values of a document are in its text. */
export class SourcePositions {
  readonly #text: string
  readonly #document: Document.Parsed
  readonly #lines: LineCounter

  constructor(text: string, document: Document.Parsed, lines: LineCounter) {
    this.#text = text
    this.#document = document
    this.#lines = lines
  }

  /** Of the value at a path, or of the nearest thing that holds it. `offset` is a place within a text. */
  of(path: Path, offset?: number, excerpt?: string): Position {
    const node = this.#nodeAt(path)
    return this.at(node?.range ? this.#startOf(node, offset, excerpt) : 0)
  }

  /** Of a key of a map. */
  ofKey(path: Path, key: string): Position {
    const map = this.#nodeAt(path)
    const pair = isMap(map) ? map.items.find((item) => isScalar(item.key) && String(item.key.value) === key) : undefined
    const node = pair?.key
    return isNode(node) && node.range ? this.at(node.range[0]) : this.of(path)
  }

  at(offset: number): Position {
    const { line, col } = this.#lines.linePos(Math.min(offset, this.#text.length))
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }

  /** A text that stands in the source as it is has exact places; one with escapes or folded lines has its beginning. */
  #startOf(node: Node, offset: number | undefined, excerpt: string | undefined): number {
    const [start, end] = node.range!
    if (offset === undefined) return start
    const whole = isScalar(node) ? String(node.value) : ''
    const wanted = excerpt ?? whole
    const found = this.#text.slice(start, end).indexOf(wanted.trim())
    return found < 0 ? start : start + found + offset - (wanted.length - wanted.trimStart().length)
  }

  #nodeAt(path: Path): Node | undefined {
    let node: Node | undefined = this.#document.contents ?? undefined
    for (const key of path) {
      const next = childOf(this.#resolved(node), key)
      if (next === undefined) return node
      node = next
    }
    return node
  }

  #resolved(node: Node | undefined): Node | undefined {
    return isAlias(node) ? node.resolve(this.#document) : node
  }
}

function childOf(node: Node | undefined, key: string | number): Node | undefined {
  if (!isCollection(node)) return undefined
  const child = isMap(node)
    ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key))
    : node.items[Number(key)]
  const value = isPair(child) ? (child.value ?? child.key) : child
  return isNode(value) ? (value as ParsedNode) : undefined
}

/** A path as a JSON pointer. RFC 6901 */
export const pointerOf = (path: Path): string =>
  path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
