import { memo, useRef } from 'react'
import { useRowWindow } from '../ui/row-window.ts'
import './code-view.css'
import type { Line, Pretty, Span } from './lines.ts'

const LINE_HEIGHT = 18
/** What is shown of one line. The rest of it is in the raw bytes. */
const MAX_LINE_LENGTH = 20_000
/** Deeper lines stand no further to the right. */
const MAX_INDENT = 60

/** Lines of coloured text; of many, only those that are seen are made. */
export function CodeView({ label, pretty }: { label: string; pretty: Pretty }) {
  const scroller = useRef<HTMLDivElement>(null)
  const { lines, problem } = pretty
  const { first, end } = useRowWindow(scroller, LINE_HEIGHT, lines.length)
  const wrongLine = problem ? lines.findIndex(({ spans }) => spans.some(({ wrong }) => wrong)) : -1
  const showProblem = (): void => {
    const at = wrongLine < 0 ? lines.length : wrongLine
    scroller.current?.scrollTo({ top: (at - 4) * LINE_HEIGHT })
  }
  return (
    <figure className="code">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keys too */}
      <section ref={scroller} className="code-lines" aria-label={label} tabIndex={0} data-scroller>
        <div className="code-content" style={{ height: lines.length * LINE_HEIGHT, paddingTop: first * LINE_HEIGHT }}>
          {lines.slice(first, end).map((line, index) => (
            <CodeLine key={first + index} line={line} />
          ))}
        </div>
      </section>
      {problem && (
        <figcaption className="code-problem" role="note">
          <button type="button" className="quiet" onClick={showProblem}>
            Line {problem.line}, column {problem.column}
          </button>
          <span>{problem.message}</span>
        </figcaption>
      )}
    </figure>
  )
}

const CodeLine = memo(function CodeLine({ line }: { line: Line }) {
  return (
    <div className="code-line">
      {'  '.repeat(Math.min(line.depth, MAX_INDENT))}
      {clipped(line.spans).map(({ kind, text, wrong }, index) =>
        wrong ? (
          <mark key={index} className="wrong">
            {text}
          </mark>
        ) : (
          <span key={index} data-kind={kind}>
            {text}
          </span>
        ),
      )}
    </div>
  )
})

function clipped(spans: readonly Span[]): readonly Span[] {
  let left = MAX_LINE_LENGTH
  const shown: Span[] = []
  for (const span of spans) {
    if (left <= 0) break
    const cut = span.text.length - left
    shown.push(cut > 0 ? { ...span, text: `${span.text.slice(0, left)} … ${cut} more` } : span)
    left -= span.text.length
  }
  return shown
}
