import type { CaptureDetail } from '../../../src/contract.ts'
import { durationText } from '../ui/format.ts'
import { timingSegments } from './timing-segments.ts'
import './waterfall.css'

type WaterfallProps = Pick<CaptureDetail, 'timings' | 'informational'>

/** What took how long, one under the other, and what the upstream said before its answer. */
export function Waterfall({ timings, informational }: WaterfallProps) {
  const segments = timingSegments(timings)
  const whole = Math.max(...segments.map(({ endMs }) => endMs), timings.totalMs ?? 0)
  if (segments.length === 0) return null
  return (
    <section className="side" aria-label="Timing">
      <h2>Timing</h2>
      <ol className="waterfall">
        {segments.map(({ name, startMs, endMs }) => (
          <li key={name}>
            <span>{name}</span>
            <span className="waterfall-track" aria-hidden="true">
              <span
                className="waterfall-bar"
                style={{ left: `${(startMs / whole) * 100}%`, width: `${((endMs - startMs) / whole) * 100}%` }}
              />
            </span>
            <span className="waterfall-time">{durationText(endMs - startMs)}</span>
          </li>
        ))}
      </ol>
      {informational.map(({ status, reason, atMs }) => (
        <p key={`${status} ${atMs}`} className="muted">
          {`${status} ${reason} after ${durationText(atMs)}`}
        </p>
      ))}
    </section>
  )
}
