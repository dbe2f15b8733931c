import { useEffect, useState } from 'react'
import type { CaptureDetail } from '../../../src/contract.ts'
import { navigate } from '../app/route.ts'
import { outcomeOf, statusLine, titleOf } from '../list/outcome.ts'
import { agoText, durationText } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { Actions } from './actions.tsx'
import type { ActionKey } from './early-keys.ts'
import { Lineage } from './lineage.tsx'
import './detail-head.css'

interface DetailHeadProps {
  readonly detail: CaptureDetail
  readonly against: string | undefined
  readonly earlyKeys: Set<ActionKey>
}

export function DetailHead({ detail, against, earlyKeys }: DetailHeadProps) {
  return (
    <header className="detail-head">
      <div className="detail-title">
        <button
          type="button"
          className="quiet icon-button detail-back"
          aria-label="Back to the list"
          onClick={() => navigate({ id: undefined, against: undefined })}
        >
          <Icon name="back" />
        </button>
        <h1 title={titleOf(detail)}>{titleOf(detail)}</h1>
        <span className="outcome" data-outcome={outcomeOf(detail)}>
          {statusLine(detail)}
        </span>
      </div>
      <ul className="detail-meta muted">
        <li title={new Date(detail.startedAt).toLocaleString()}>
          <Ago at={detail.startedAt} />
        </li>
        <li>
          <Icon name="clock" /> Duration {durationText(detail.durationMs)}
        </li>
        {detail.remoteAddress !== '' && (
          <li>
            <Icon name="person" /> IP {detail.remoteAddress}
          </li>
        )}
        <li>
          {detail.endpoint} {detail.upstream !== '' && `→ ${detail.upstream}`}
        </li>
        <li>{detail.protocol}</li>
      </ul>
      <Lineage detail={detail} against={against} />
      <Actions detail={detail} against={against} earlyKeys={earlyKeys} />
    </header>
  )
}

const SECOND_MS = 1_000

/** Keeps itself up to date. */
function Ago({ at }: { at: string }) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), SECOND_MS)
    return () => clearInterval(timer)
  }, [])
  return <time dateTime={at}>{agoText(Date.parse(at), now)}</time>
}
