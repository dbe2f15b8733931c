import type { CaptureMessage } from '../../../src/contract.ts'
import { durationText, sizeText } from '../ui/format.ts'
import { timelineBuckets } from './timeline.ts'

const COLUMNS = 120
/** Of each direction. */
const HEIGHT = 22

/** How much went up to the upstream (above the line) and down to the visitor (below it), over time. */
export function Timeline({ messages }: { messages: readonly CaptureMessage[] }) {
  const { buckets, lengthMs } = timelineBuckets(messages, COLUMNS)
  const most = Math.max(1, ...buckets.flatMap(({ request, response }) => [request, response]))
  if (messages.length < 2 || lengthMs <= 1) return null
  const height = (bytes: number): number => (bytes === 0 ? 0 : Math.max(1, (bytes / most) * HEIGHT))
  const sum = (direction: 'request' | 'response'): string =>
    sizeText(buckets.reduce((all, bucket) => all + bucket[direction], 0))
  return (
    <figure className="timeline">
      <svg
        viewBox={`0 0 ${COLUMNS} ${HEIGHT * 2 + 1}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${sum('request')} to the upstream and ${sum('response')} to the visitor in ${durationText(lengthMs)}`}
      >
        {buckets.map(({ request, response }, column) => (
          <g key={column}>
            <rect
              className="timeline-up"
              x={column + 0.1}
              width="0.8"
              y={HEIGHT - height(request)}
              height={height(request)}
            />
            <rect className="timeline-down" x={column + 0.1} width="0.8" y={HEIGHT + 1} height={height(response)} />
          </g>
        ))}
        <rect className="timeline-axis" x="0" y={HEIGHT} width={COLUMNS} height="0.6" />
      </svg>
      <figcaption className="muted">
        <span>↑ {sum('request')}</span>
        <span>↓ {sum('response')}</span>
        <span>{durationText(lengthMs)}</span>
      </figcaption>
    </figure>
  )
}
