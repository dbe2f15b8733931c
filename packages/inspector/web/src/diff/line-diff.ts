/** One row of two texts beside each other. Where both sides are there and differ, the line was changed. */
export interface DiffRow {
  readonly same: boolean
  readonly left?: NumberedLine
  readonly right?: NumberedLine
}

export interface NumberedLine {
  /** From 1. */
  readonly number: number
  readonly text: string
}

/** Beyond so many lines removed and added, all that lies between the first and the last difference is one change. */
export const MAX_EDITS = 1_500
/** Longer texts are compared up to here. */
export const MAX_DIFF_LINES = 20_000

/** A shortest set of lines to remove and to add that makes `right` of `left` (Myers, "An O(ND) Difference Algorithm"). */
export function lineDiff(left: readonly string[], right: readonly string[]): DiffRow[] {
  const a = left.slice(0, MAX_DIFF_LINES)
  const b = right.slice(0, MAX_DIFF_LINES)
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let tail = 0
  while (tail < a.length - start && tail < b.length - start && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const kept = commonLines(a.slice(start, a.length - tail), b.slice(start, b.length - tail))
  const pairs: [number, number][] = []
  for (let index = 0; index < start; index++) pairs.push([index, index])
  for (const [x, y] of kept) pairs.push([x + start, y + start])
  for (let index = tail; index > 0; index--) pairs.push([a.length - index, b.length - index])
  return rowsOf(a, b, pairs)
}

/** Pairs of indices of lines that stay, ascending. None where the texts are too different to find out. */
function commonLines(a: readonly string[], b: readonly string[]): [number, number][] {
  if (a.length === 0 || b.length === 0) return []
  const most = Math.min(a.length + b.length, MAX_EDITS)
  const furthest = new Map<number, number>([[1, 0]])
  const trace: Map<number, number>[] = []
  for (let edits = 0; edits <= most; edits++) {
    trace.push(new Map(furthest))
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = comesDown(furthest, diagonal, edits) ? at(furthest, diagonal + 1) : at(furthest, diagonal - 1) + 1
      while (x < a.length && x - diagonal < b.length && x - diagonal >= 0 && a[x] === b[x - diagonal]) x++
      furthest.set(diagonal, x)
      if (x >= a.length && x - diagonal >= b.length) return walkBack(trace, a.length, b.length)
    }
  }
  return []
}

const at = (furthest: Map<number, number>, diagonal: number): number => furthest.get(diagonal) ?? 0

const comesDown = (furthest: Map<number, number>, diagonal: number, edits: number): boolean =>
  diagonal === -edits || (diagonal !== edits && at(furthest, diagonal - 1) < at(furthest, diagonal + 1))

function walkBack(trace: readonly Map<number, number>[], endX: number, endY: number): [number, number][] {
  const pairs: [number, number][] = []
  let x = endX
  let y = endY
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const furthest = trace[edits] as Map<number, number>
    const diagonal = x - y
    const from = comesDown(furthest, diagonal, edits) ? diagonal + 1 : diagonal - 1
    const fromX = at(furthest, from)
    while (x > Math.max(fromX, 0) && y > Math.max(fromX - from, 0)) pairs.push([--x, --y])
    x = fromX
    y = fromX - from
  }
  return pairs.reverse()
}

/** Lines that stay as rows; between them, what was removed beside what was added. */
function rowsOf(a: readonly string[], b: readonly string[], pairs: readonly [number, number][]): DiffRow[] {
  const rows: DiffRow[] = []
  let x = 0
  let y = 0
  for (const [keptX, keptY] of [...pairs, [a.length, b.length] as const]) {
    for (; x < keptX || y < keptY; x = Math.min(x + 1, keptX), y = Math.min(y + 1, keptY)) {
      rows.push({ same: false, ...(x < keptX && { left: line(a, x) }), ...(y < keptY && { right: line(b, y) }) })
    }
    if (keptX < a.length && keptY < b.length) rows.push({ same: true, left: line(a, x++), right: line(b, y++) })
  }
  return rows
}

const line = (lines: readonly string[], index: number): NumberedLine => ({
  number: index + 1,
  text: lines[index] ?? '',
})
