import { useEffect, useState } from 'react'
import type { CaptureDetail } from '../../../src/contract.ts'
import { fetchBody } from '../api/bodies.ts'
import type { Side } from '../detail/exchange-side.tsx'
import { rawHead } from '../detail/raw-head.ts'
import { comparedLines } from './compared-text.ts'
import { DiffView } from './diff-view.tsx'
import { type DiffRow, lineDiff } from './line-diff.ts'

interface SideComparisonProps {
  readonly side: 'request' | 'response'
  readonly left: CaptureDetail
  readonly right: CaptureDetail
}

interface Compared {
  readonly head: readonly DiffRow[]
  readonly body: readonly DiffRow[]
}

/** The heads and the bodies of one side of two exchanges. */
export function SideComparison({ side, left, right }: SideComparisonProps) {
  const [compared, setCompared] = useState<Compared>()
  const [error, setError] = useState('')
  useEffect(() => {
    const fetching = new AbortController()
    Promise.all([left, right].map((one) => textsOf(side, one, fetching.signal))).then(
      ([a, b]) => a && b && setCompared({ head: lineDiff(a.head, b.head), body: lineDiff(a.body, b.body) }),
      (cause: unknown) => !fetching.signal.aborted && setError(String((cause as Error).message)),
    )
    return () => fetching.abort()
  }, [side, left, right])
  if (error !== '') return <p className="muted">{error}</p>
  if (!compared) return null
  return (
    <>
      <DiffView label={`Heads of the ${side}s`} title="Head" rows={compared.head} />
      <DiffView label={`Bodies of the ${side}s`} title="Body" rows={compared.body} />
    </>
  )
}

async function textsOf(side: 'request' | 'response', detail: CaptureDetail, signal: AbortSignal) {
  const head = detail[side]
  if (!head) return { head: [], body: [] }
  const { bytes } = await fetchBody(head.body, { decoded: true, signal })
  return {
    head: rawHead({ side, head } as Side)
      .trimEnd()
      .split('\r\n'),
    body: comparedLines(head.body.contentType, bytes),
  }
}
