import { useCallback, useLayoutEffect, useRef, useState } from 'react'
import { navigate } from '../app/route.ts'
import { useFeed, useFeedState } from '../captures/feed-context.ts'
import { useRowWindow } from '../ui/row-window.ts'
import { CaptureRow } from './capture-row.tsx'
import { EmptyList } from './empty-list.tsx'
import './capture-list.css'

const ROW_HEIGHT = 30
const NARROW_ROW_HEIGHT = 48
/** Below this width a row takes two lines. */
const NARROW = 460

/** All rows that the filter lets through, newest on top; only those that are seen are made. */
export function CaptureList({ selected }: { selected: string | undefined }) {
  const feed = useFeed()
  const { loading, connection } = useFeedState()
  const scroller = useRef<HTMLDivElement>(null)
  const narrow = useNarrow(scroller)
  const rowHeight = narrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT
  const count = feed.table.matched
  const { first, end } = useRowWindow(scroller, rowHeight, count)
  useAnchor(scroller, rowHeight)
  useShown(scroller, selected, rowHeight)
  const select = useCallback((id: string) => navigate({ id, against: undefined }, 'push'), [])
  const rows = []
  for (let index = first; index < end; index++) {
    const summary = feed.table.at(index)
    if (summary) {
      rows.push(
        <CaptureRow
          key={summary.id}
          summary={summary}
          index={index}
          count={count}
          narrow={narrow}
          selected={summary.id === selected}
          onSelect={select}
        />,
      )
    }
  }
  return (
    <div
      ref={scroller}
      className="capture-list"
      role="listbox"
      aria-label="Exchanges, newest first"
      aria-activedescendant={selected && feed.table.indexOf(selected) >= 0 ? `row-${selected}` : undefined}
      aria-busy={loading}
      tabIndex={0}
      data-scroller
      data-list
    >
      {count === 0 ? (
        !loading && connection !== 'connecting' && <EmptyList />
      ) : (
        <div role="presentation" style={{ height: count * rowHeight, paddingTop: first * rowHeight }}>
          {rows}
        </div>
      )}
    </div>
  )
}

function useNarrow(scroller: React.RefObject<HTMLElement | null>): boolean {
  const [narrow, setNarrow] = useState(false)
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return
    const measure = (): void => setNarrow(element.clientWidth > 0 && element.clientWidth < NARROW)
    measure()
    const resized = new ResizeObserver(measure)
    resized.observe(element)
    return () => resized.disconnect()
  }, [scroller])
  return narrow
}

/** Keeps what is looked at in its place when rows come in above it; at the very top, new rows push the others down. */
function useAnchor(scroller: React.RefObject<HTMLElement | null>, rowHeight: number): void {
  const feed = useFeed()
  const anchor = useRef<{ id: string; index: number }>(undefined)
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return
    const kept = anchor.current
    if (kept && element.scrollTop > 0) {
      const index = feed.table.indexOf(kept.id)
      if (index >= 0 && index !== kept.index) element.scrollTop += (index - kept.index) * rowHeight
    }
    const remember = (): void => {
      const index = Math.floor(element.scrollTop / rowHeight)
      const summary = feed.table.at(index)
      anchor.current = summary && { id: summary.id, index }
    }
    remember()
    element.addEventListener('scroll', remember, { passive: true })
    return () => element.removeEventListener('scroll', remember)
  })
}

/** Scrolls to the selected row where it is not in sight. */
function useShown(
  scroller: React.RefObject<HTMLElement | null>,
  selected: string | undefined,
  rowHeight: number,
): void {
  const feed = useFeed()
  useLayoutEffect(() => {
    const element = scroller.current
    const index = selected === undefined ? -1 : feed.table.indexOf(selected)
    if (!element || index < 0) return
    const top = index * rowHeight
    if (top < element.scrollTop) element.scrollTop = top
    else if (top + rowHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = top + rowHeight - element.clientHeight
  }, [feed, scroller, selected, rowHeight])
}
