import { useRef } from 'react'
import { useRowWindow } from '../ui/row-window.ts'
import { hexRow, hexRowCount } from './binary/hex.ts'
import './code-view.css'

const LINE_HEIGHT = 18

/** A dump of bytes. */
export function HexView({ label, bytes }: { label: string; bytes: Uint8Array }) {
  const scroller = useRef<HTMLDivElement>(null)
  const count = hexRowCount(bytes)
  const { first, end } = useRowWindow(scroller, LINE_HEIGHT, count)
  const rows = Array.from({ length: end - first }, (_, index) => hexRow(bytes, first + index))
  return (
    <figure className="code">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keys too */}
      <section ref={scroller} className="code-lines" aria-label={label} tabIndex={0} data-scroller>
        <div className="code-content" style={{ height: count * LINE_HEIGHT, paddingTop: first * LINE_HEIGHT }}>
          {rows.map(({ offset, hex, ascii }) => (
            <div key={offset} className="code-line">
              <span data-kind="comment">{offset}</span>
              {`  ${hex.padEnd(48)}  `}
              <span data-kind="string">{ascii}</span>
            </div>
          ))}
        </div>
      </section>
    </figure>
  )
}
