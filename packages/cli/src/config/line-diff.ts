/** Most pairs of lines that are compared; beyond it everything between the first and the last change counts as changed. */
export const MAX_COMPARED_PAIRS = 4_000_000

/** Both texts in one, line by line: `  ` in both, `- ` only before, `+ ` only after. */
export function lineDiff(before: string, after: string): string[] {
  const [old, fresh] = [linesOf(before), linesOf(after)]
  let start = 0
  while (start < Math.min(old.length, fresh.length) && old[start] === fresh[start]) start++
  let end = 0
  while (end < Math.min(old.length, fresh.length) - start && old.at(-1 - end) === fresh.at(-1 - end)) end++
  return [
    ...old.slice(0, start).map(same),
    ...middle(old.slice(start, old.length - end), fresh.slice(start, fresh.length - end)),
    ...old.slice(old.length - end).map(same),
  ]
}

const same = (line: string): string => `  ${line}`
const removed = (line: string): string => `- ${line}`
const added = (line: string): string => `+ ${line}`

function middle(old: readonly string[], fresh: readonly string[]): string[] {
  if (old.length * fresh.length > MAX_COMPARED_PAIRS) return [...old.map(removed), ...fresh.map(added)]
  const common = commonLengths(old, fresh)
  const lines: string[] = []
  let [row, column] = [0, 0]
  while (row < old.length || column < fresh.length) {
    if (row < old.length && old[row] === fresh[column]) {
      lines.push(same(old[row++]!))
      column++
    } else if (column >= fresh.length || (row < old.length && common[row + 1]![column]! >= common[row]![column + 1]!)) {
      lines.push(removed(old[row++]!))
    } else lines.push(added(fresh[column++]!))
  }
  return lines
}

/** How many lines what follows a place in either text has in common, in order. */
function commonLengths(old: readonly string[], fresh: readonly string[]): Uint32Array[] {
  const lengths = Array.from({ length: old.length + 1 }, () => new Uint32Array(fresh.length + 1))
  for (let row = old.length - 1; row >= 0; row--) {
    for (let column = fresh.length - 1; column >= 0; column--) {
      lengths[row]![column] =
        old[row] === fresh[column]
          ? lengths[row + 1]![column + 1]! + 1
          : Math.max(lengths[row + 1]![column]!, lengths[row]![column + 1]!)
    }
  }
  return lengths
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/)
}
