import { memo } from 'react'
import type { CaptureSummary } from '../../../src/contract.ts'
import { clockText, durationText, sizeText } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { outcomeOf, statusLine, titleOf } from './outcome.ts'

interface CaptureRowProps {
  readonly summary: CaptureSummary
  readonly index: number
  readonly count: number
  readonly narrow: boolean
  readonly selected: boolean
  readonly onSelect: (id: string) => void
}

/** Made anew only when its capture changes: a live list renders often. */
export const CaptureRow = memo(function CaptureRow({
  summary,
  index,
  count,
  narrow,
  selected,
  onSelect,
}: CaptureRowProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys move the selection of the whole list
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus, and names its active row
    <div
      id={`row-${summary.id}`}
      className="capture-row"
      role="option"
      aria-selected={selected}
      aria-posinset={index + 1}
      aria-setsize={count}
      data-narrow={narrow || undefined}
      onClick={() => onSelect(summary.id)}
    >
      <span className="row-status" data-outcome={outcomeOf(summary)} title={statusLine(summary)}>
        {narrow ? statusLine(summary) : shortStatus(summary)}
      </span>
      <span className="row-method">{summary.method || summary.protocol}</span>
      <span className="row-path" title={titleOf(summary)}>
        {summary.path || summary.remoteAddress || summary.url}
      </span>
      <Badges summary={summary} />
      <span className="row-duration">{durationText(summary.durationMs)}</span>
      <span className="row-size">{sizeText(summary.responseBytes)}</span>
      <span className="row-time">{clockText(summary.startedAt)}</span>
    </div>
  )
})

function Badges({ summary }: { summary: CaptureSummary }) {
  return (
    <span className="row-badges">
      {summary.kind !== 'http' && <span className="badge">{kindNames[summary.kind]}</span>}
      {summary.replayOf !== null && (
        <span className="badge" data-accent>
          replay
        </span>
      )}
      {summary.imported && <span className="badge">imported</span>}
      {summary.pinned && (
        <span role="img" aria-label="pinned">
          <Icon name="pin" />
        </span>
      )}
    </span>
  )
}

const kindNames = { websocket: 'ws', sse: 'sse', grpc: 'grpc', tcp: 'tcp', tls: 'tls' } as const

function shortStatus({ status, state }: CaptureSummary): string {
  if (status !== null) return String(status)
  return state === 'failed' ? 'fail' : state === 'open' ? '…' : '–'
}
