import { type RefObject, useLayoutEffect, useState } from 'react'

export interface RowRange {
  readonly first: number
  /** Past the last one. */
  readonly end: number
}

/** Rows beyond the edges, so that a fast scroll shows no gap. */
const OVERSCAN = 8
/** So few rows are all there: find-in-page and selection then reach them. */
export const ALWAYS_ALL_ROWS = 300

/** The rows that a scroller of some height shows. */
export function visibleRows(scrollTop: number, height: number, rowHeight: number, count: number): RowRange {
  if (count <= ALWAYS_ALL_ROWS) return { first: 0, end: count }
  const first = Math.max(0, Math.min(Math.floor(scrollTop / rowHeight), count) - OVERSCAN)
  return { first, end: Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + OVERSCAN) }
}

/** Follows a scroller: which of `count` rows are to be made. Renders again only when that changes. */
export function useRowWindow(scroller: RefObject<HTMLElement | null>, rowHeight: number, count: number): RowRange {
  const [range, setRange] = useState<RowRange>(() => visibleRows(0, 1_000, rowHeight, count))
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return
    const measure = (): void => {
      const next = visibleRows(element.scrollTop, element.clientHeight, rowHeight, count)
      setRange((now) => (now.first === next.first && now.end === next.end ? now : next))
    }
    measure()
    element.addEventListener('scroll', measure, { passive: true })
    const resized = new ResizeObserver(measure)
    resized.observe(element)
    return () => {
      element.removeEventListener('scroll', measure)
      resized.disconnect()
    }
  }, [scroller, rowHeight, count])
  return { first: Math.min(range.first, count), end: Math.min(range.end, count) }
}
