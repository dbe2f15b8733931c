import { type Document, isMap, isNode, isPair, isScalar, type Node, Pair, Scalar, visit, type YAMLMap } from 'yaml'

/** The map at a key of the file; `undefined` where there is none. */
export const mapAt = (document: Document, key: string): YAMLMap | undefined => {
  const node = document.get(key, true)
  return isMap(node) ? node : undefined
}

/** A pair that was added by name has a plain key. */
export const keyOf = ({ key }: Pair): string => String(isScalar(key) ? key.value : key)

export const pairOf = (map: YAMLMap, key: string): Pair | undefined => map.items.find((pair) => keyOf(pair) === key)

/** The value at a key as a program sees it, for values without keys of their own. */
export const plainOf = (map: YAMLMap, key: string): unknown => {
  const value = pairOf(map, key)?.value
  return isScalar(value) ? value.value : value
}

/** Gives a key another name in its place; comments beside it stay. */
export const renameKey = (map: YAMLMap, from: string, to: string): void => {
  const pair = pairOf(map, from)
  if (pair && isScalar(pair.key)) pair.key.value = to
}

/** The same pair under another name. */
export const renamed = (pair: Pair, name: string): Pair => {
  const key = new Scalar(name)
  if (isScalar(pair.key)) {
    if (pair.key.commentBefore) key.commentBefore = pair.key.commentBefore
    if (pair.key.spaceBefore) key.spaceBefore = pair.key.spaceBefore
  }
  return new Pair(key, pair.value)
}

/** A text in the place of a value, with its comment. */
export const textInstead = (value: unknown, text: string): Scalar => {
  const scalar = new Scalar(text)
  if (isNode(value) && value.comment) scalar.comment = value.comment
  return scalar
}

/** Every comment in and around a pair or a node, in the order of the file. */
export const commentsIn = (where: Pair | Node): string[] => {
  const comments: string[] = []
  for (const node of isPair(where) ? [where.key, where.value] : [where]) {
    if (!isNode(node)) continue
    visit(node, {
      Node: (_key, inner) => {
        for (const comment of [inner.commentBefore, inner.comment]) if (comment) comments.push(comment)
      },
    })
  }
  return comments
}

export const addCommentBefore = (node: Node, comments: readonly string[]): void => {
  if (comments.length > 0) node.commentBefore = [...comments, node.commentBefore].filter(Boolean).join('\n')
}

/** Takes a key out; its comments go to the key after it, or to the end of the map. */
export const dropKey = (map: YAMLMap, key: string): void => {
  const pair = pairOf(map, key)
  if (!pair) return
  const next = map.items[map.items.indexOf(pair) + 1]
  map.items.splice(map.items.indexOf(pair), 1)
  const comments = commentsIn(pair)
  if (isNode(next?.key)) addCommentBefore(next.key, comments)
  else if (comments.length > 0) map.comment = [map.comment, ...comments].filter(Boolean).join('\n')
}
