import { useEffect, useState } from 'react'
import type { CaptureDetail, Endpoint } from '../../../src/contract.ts'
import { listEndpoints } from '../api/agent.ts'
import type { ReplayTarget } from './draft.ts'

interface TargetFieldProps {
  readonly detail: CaptureDetail
  readonly to: ReplayTarget
  readonly onChange: (to: ReplayTarget) => void
}

const UPSTREAM = 'upstream:'

/** Where a replay goes: where the request went, to another endpoint, or to any address. */
export function TargetField({ detail, to, onChange }: TargetFieldProps) {
  const [endpoints, setEndpoints] = useState<readonly Endpoint[]>([])
  useEffect(() => {
    const reading = new AbortController()
    listEndpoints(reading.signal).then(setEndpoints, () => {})
    return () => reading.abort()
  }, [])
  const choose = (value: string): void => {
    if (value === '') onChange({ kind: 'same' })
    else if (value === UPSTREAM) onChange({ kind: 'upstream', address: '' })
    else onChange({ kind: 'endpoint', name: value })
  }
  return (
    <>
      <label className="field">
        To
        {/* A label that holds the list would have all of it in its name. */}
        <select
          aria-label="To"
          value={to.kind === 'same' ? '' : to.kind === 'upstream' ? UPSTREAM : to.name}
          onChange={(event) => choose(event.target.value)}
        >
          <option value="">{`the same endpoint (${detail.endpoint})`}</option>
          {endpoints
            .filter(({ name, url }) => name !== detail.endpoint && /^https?:/.test(url))
            .map(({ name, upstream }) => (
              <option key={name} value={name}>{`${name} → ${upstream.url}`}</option>
            ))}
          <option value={UPSTREAM}>another upstream …</option>
        </select>
      </label>
      {to.kind === 'upstream' && (
        <label className="field grows">
          Address
          <input
            className="mono"
            placeholder="http://localhost:9000"
            value={to.address}
            onChange={(event) => onChange({ kind: 'upstream', address: event.target.value })}
          />
        </label>
      )}
    </>
  )
}
