import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, type YAMLMap } from 'yaml'
import type { ConfigPath } from './fault.ts'
import type { ConfigPosition, LineStarts } from './line-starts.ts'

/**
 * Where the value at `path` stands, or (`at: 'key'`) its key. Aliases and merges are followed to the text they stand for;
 * for something that is not in the file, the nearest map or list around its place.
 */
export const locate = (
  document: Document.Parsed,
  lines: LineStarts,
  path: ConfigPath,
  at: 'key' | 'value',
): ConfigPosition => {
  let value: Node | undefined = document.contents ?? undefined
  let offset = startOf(value) ?? 0
  for (const step of path) {
    const container = follow(value, document)
    const found = isMap(container) ? pairIn(container, String(step), document) : itemIn(container, step)
    if (!found) break
    value = found.value
    offset = (at === 'value' ? startOf(value) : undefined) ?? startOf(found.key) ?? startOf(value) ?? offset
  }
  return lines.positionAt(offset)
}

/** A null that is written as nothing has no place of its own. */
const startOf = (node: Node | undefined): number | undefined =>
  isScalar(node) && node.value === null && node.source === '' ? undefined : node?.range?.[0]

const follow = (node: Node | undefined, document: Document.Parsed): Node | undefined =>
  isAlias(node) ? node.resolve(document) : node

interface Found {
  readonly key: Node | undefined
  readonly value: Node | undefined
}

const itemIn = (container: Node | undefined, step: string | number): Found | undefined => {
  const item = isSeq(container) ? container.items[Number(step)] : undefined
  return isNode(item) ? { key: undefined, value: item } : undefined
}

const pairIn = (map: YAMLMap, key: string, document: Document.Parsed): Found | undefined => {
  for (const pair of map.items) {
    if (!isScalar(pair.key) || pair.key.value !== key) continue
    return { key: pair.key, value: isNode(pair.value) ? pair.value : undefined }
  }
  for (const pair of map.items) {
    if (!isMergeKey(pair.key)) continue
    for (const source of mergeSources(pair.value, document)) {
      const found = isMap(source) ? pairIn(source, key, document) : undefined
      if (found) return found
    }
  }
  return undefined
}

/** `<<`, which yaml turns into a symbol where merging is on. */
export const isMergeKey = (key: unknown): boolean =>
  isScalar(key) && (key.value === '<<' || (typeof key.value === 'symbol' && key.value.description === '<<'))

/** The maps that a `<<` names: one, or a list of them, aliases followed. */
export const mergeSources = (value: unknown, document: Document.Parsed): (Node | undefined)[] => {
  const source = follow(isNode(value) ? value : undefined, document)
  return isSeq(source) ? source.items.map((item) => follow(isNode(item) ? item : undefined, document)) : [source]
}
