import type { CaptureDetail } from '../../../src/contract.ts'
import { navigate } from '../app/route.ts'
import { useDetail } from '../captures/use-detail.ts'
import { Tabs } from '../ui/tabs.tsx'
import './comparison.css'
import { SideComparison } from './side-comparison.tsx'

/** An exchange beside another one, the older on the left. */
export default function Comparison({ detail, against }: { detail: CaptureDetail; against: string }) {
  const { detail: other, error } = useDetail(against)
  const [left, right] = other && other.id > detail.id ? [detail, other] : [other, detail]
  return (
    <section className="comparison" aria-label="Comparison">
      <div className="comparison-head">
        <h2>{against === detail.replayOf ? 'Compared with the original' : 'Comparison'}</h2>
        <button
          type="button"
          className="quiet icon-button"
          aria-label="Close the comparison"
          onClick={() => navigate({ against: undefined })}
        >
          ×
        </button>
      </div>
      {error && <p className="muted">{error}</p>}
      {left && right && (
        <Tabs
          label="What is compared"
          tabs={[
            { name: 'Response', content: () => <SideComparison side="response" left={left} right={right} /> },
            { name: 'Request', content: () => <SideComparison side="request" left={left} right={right} /> },
          ]}
        />
      )}
    </section>
  )
}
