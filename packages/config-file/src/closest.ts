/** Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`. */
const editDistance = (a: string, b: string): number => {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let edits = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (swapped) edits = Math.min(edits, beforeLast[column - 2]! + 1)
      current.push(edits)
    }
    beforeLast = last
    last = current
  }
  return last[b.length]!
}

/** `http-addr`, `httpAddr` and `HTTP_ADDR` are one word to a reader. */
const plain = (word: string): string => word.toLowerCase().replaceAll(/[-_.\s]/g, '')

/**
 * The candidate that a mistyped word probably means: at most one edit for every three letters away, or the word's beginning.
 * `undefined` where nothing is near enough to be worth saying.
 */
export const closest = (word: string, candidates: Iterable<string>): string | undefined => {
  // A longer word is no typing slip, and would cost time in the square of its length.
  if (word.length > 64) return undefined
  const meant = plain(word)
  let best: string | undefined
  let bestEdits = Math.floor(meant.length / 3) + 1
  for (const candidate of candidates) {
    const other = plain(candidate)
    const shortened = meant.length >= 4 && (other.startsWith(meant) || meant.startsWith(other)) && other.length >= 4
    const edits = shortened ? Math.min(1, editDistance(meant, other)) : editDistance(meant, other)
    if (edits < bestEdits) {
      best = candidate
      bestEdits = edits
    }
  }
  return best
}
