const plain = (word: string): string => word.toLowerCase().replaceAll(/[-_.\s]/g, '')

/** The end of a sentence that names the word that was probably meant. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  if (word.length > 64) return ''
  let best: string | undefined
  const meant = plain(word)
  let bestEdits = Math.floor(meant.length / 3) + 1
  for (const candidate of candidates) {
    const other = plain(candidate)
    const isBeginning = meant.length >= 4 && (other.startsWith(meant) || meant.startsWith(other))
    const edits = isBeginning ? 1 : editDistance(meant, other)
    if (edits < bestEdits) {
      best = candidate
      bestEdits = edits
    }
  }
  return best === undefined ? '' : `; did you mean \`${best}\`?`
}

/** Insertions, deletions and replacements that turn one word into the other. */
function editDistance(one: string, other: string): number {
  let last = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const replaced = last[column - 1]! + (one[row - 1] === other[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, last[column]! + 1, current[column - 1]! + 1))
    }
    last = current
  }
  return last[other.length]!
}
