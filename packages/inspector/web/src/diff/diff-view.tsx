import { useState } from 'react'
import { counted } from '../ui/format.ts'
import type { DiffRow } from './line-diff.ts'

/** Lines that stay are shown this far around a change. */
const CONTEXT = 3
/** Rows that are shown at most. */
const MAX_ROWS = 2_000

/** Two texts beside each other, or under each other where there is no room. */
export function DiffView({ label, title, rows }: { label: string; title: string; rows: readonly DiffRow[] }) {
  const [all, setAll] = useState(false)
  const changes = rows.filter(({ same }) => !same).length
  const parts = all ? [{ rows, hidden: 0 }] : foldedParts(rows)
  return (
    <section aria-label={label}>
      <div className="comparison-head">
        <h3>
          {title}: {changes === 0 ? 'the same' : `${counted(changes, 'line')} differ${changes === 1 ? 's' : ''}`}
        </h3>
        {parts.some(({ hidden }) => hidden > 0) && (
          <button type="button" className="quiet" onClick={() => setAll(true)}>
            Show all lines
          </button>
        )}
      </div>
      {rows.length > 0 && (
        <div className="diff">
          {parts.map(({ rows: some, hidden }, part) => (
            <div key={part}>
              {some.slice(0, MAX_ROWS).map((row) => (
                <Row key={`${row.left?.number} ${row.right?.number}`} row={row} />
              ))}
              {some.length > MAX_ROWS && <p className="diff-hidden">{`${some.length - MAX_ROWS} more lines`}</p>}
              {hidden > 0 && <p className="diff-hidden">{`${counted(hidden, 'line')} the same`}</p>}
            </div>
          ))}
        </div>
      )}
    </section>
  )
}

function Row({ row: { same, left, right } }: { row: DiffRow }) {
  return (
    <div className="diff-row" data-same={same || undefined}>
      <span className="diff-line" data-kind={left ? (same ? undefined : 'removed') : 'absent'}>
        <span className="diff-number">{left?.number}</span>
        {!same && left && <span className="visually-hidden">removed: </span>}
        {left?.text}
      </span>
      <span className="diff-line" data-kind={right ? (same ? undefined : 'added') : 'absent'}>
        <span className="diff-number">{right?.number}</span>
        {!same && right && <span className="visually-hidden">added: </span>}
        {right?.text}
      </span>
    </div>
  )
}

interface Part {
  readonly rows: readonly DiffRow[]
  /** Rows that stay and are left out behind these. */
  readonly hidden: number
}

/** Rows near a change, with the number of those left out in between. */
function foldedParts(rows: readonly DiffRow[]): Part[] {
  const near = new Set<number>()
  for (const [index, { same }] of rows.entries()) {
    for (let at = index - CONTEXT; !same && at <= index + CONTEXT; at++) near.add(at)
  }
  const parts: { rows: DiffRow[]; hidden: number }[] = [{ rows: [], hidden: 0 }]
  for (const [index, row] of rows.entries()) {
    let part = parts.at(-1)
    if (near.has(index)) {
      if (!part || part.hidden > 0) {
        part = { rows: [], hidden: 0 }
        parts.push(part)
      }
      part.rows.push(row)
    } else if (part) part.hidden++
  }
  return parts
}
