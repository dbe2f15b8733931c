import { lazy, Suspense } from 'react'
import type { CaptureDetail } from '../../../src/contract.ts'
import { useDetail } from '../captures/use-detail.ts'
import { DetailHead } from './detail-head.tsx'
import { type ActionKey, useEarlyKeys, useKeyHold } from './early-keys.ts'
import { ExchangeSide } from './exchange-side.tsx'
import { PolicyTrace } from './policy-trace.tsx'
import { Waterfall } from './waterfall.tsx'
import './detail.css'

const Comparison = lazy(() => import('../diff/comparison.tsx'))
const Messages = lazy(() => import('../messages/messages.tsx'))

/** Everything about one exchange. */
export function Detail({ id, against }: { id: string | undefined; against: string | undefined }) {
  const { detail, error } = useDetail(id)
  const earlyKeys = useEarlyKeys(id)
  if (id === undefined) return <p className="detail-hint muted">Choose an exchange to look at it.</p>
  if (error !== undefined) return <p className="detail-hint muted">{error}</p>
  if (!detail) return <Awaited earlyKeys={earlyKeys} />
  return (
    <article className="detail" key={detail.id}>
      <DetailHead detail={detail} against={against} earlyKeys={earlyKeys} />
      {against !== undefined && (
        <Suspense>
          <Comparison detail={detail} against={against} />
        </Suspense>
      )}
      <Failure detail={detail} />
      {detail.messagesUri !== null && (
        <Suspense>
          <Messages detail={detail} />
        </Suspense>
      )}
      <div className="detail-sides">
        {detail.request && <ExchangeSide side="request" head={detail.request} />}
        {detail.response && <ExchangeSide side="response" head={detail.response} />}
      </div>
      <div className="detail-sides">
        <Waterfall timings={detail.timings} informational={detail.informational} />
        <PolicyTrace steps={detail.policy} />
      </div>
    </article>
  )
}

function Awaited({ earlyKeys }: { earlyKeys: Set<ActionKey> }) {
  useKeyHold(earlyKeys)
  return <p className="detail-hint muted" aria-busy="true" />
}

function Failure({ detail: { failureDetail } }: { detail: CaptureDetail }) {
  if (!failureDetail) return null
  const { code, side, message } = failureDetail
  return (
    <p className="failure">
      <strong>{`Ended by the ${side}: `}</strong>
      {message} <code>{code}</code>
    </p>
  )
}
