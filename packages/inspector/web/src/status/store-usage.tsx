import type { StoreUsage } from '../../../src/contract.ts'
import { counted, sizeText } from '../ui/format.ts'

/** How full the store of captures is. */
export function StoreUsageBars({ usage }: { usage: StoreUsage }) {
  const { captures, pinned, bytes, maxBytes, evicted, spool } = usage
  return (
    <figure className="chart">
      <figcaption>
        <span className="muted">Captured</span>
        <strong>{captures.toLocaleString('en')}</strong>
      </figcaption>
      {maxBytes === 0 ? (
        <p className="muted">Nothing is stored.</p>
      ) : (
        <Usage name="Memory" bytes={bytes} maxBytes={maxBytes} />
      )}
      {spool && <Usage name="Disk" bytes={spool.bytes} maxBytes={spool.maxBytes} />}
      <p className="muted">
        {[
          pinned > 0 && `${pinned} pinned`,
          evicted > 0 && `${counted(evicted, 'exchange')} made room`,
          spool?.stopped && `nothing more is written to disk: ${spool.stopped}`,
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
    </figure>
  )
}

function Usage({ name, bytes, maxBytes }: { name: string; bytes: number; maxBytes: number }) {
  return (
    <label className="usage">
      <span>
        {name} <span className="muted">{`${sizeText(bytes)} of ${sizeText(maxBytes)}`}</span>
      </span>
      <meter min={0} max={maxBytes} value={bytes} />
    </label>
  )
}
