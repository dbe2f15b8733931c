/** The name that `given` is most likely a slip of, or `undefined` when none is near: at most every third letter wrong. */
export function nearestName(given: string, names: Iterable<string>): string | undefined {
  let nearest: string | undefined
  let fewest = Math.floor(given.length / 3) + 1
  for (const name of names) {
    const edits = editDistance(given.toLowerCase(), name.toLowerCase())
    if (edits >= fewest) continue
    nearest = name
    fewest = edits
  }
  return nearest
}

/** Levenshtein's: letters to insert, delete or replace. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1]
    for (let column = 1; column <= to.length; column++) {
      const replaced = (row[column - 1] as number) + (letter === to[column - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[column] as number) + 1, (next[column - 1] as number) + 1))
    }
    row = next
  }
  return row[to.length] as number
}
