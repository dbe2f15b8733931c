import { useEffect, useState } from 'react'
import type { BodyInfo } from '../../../src/contract.ts'
import { type FetchedBody, FIRST_BODY_BYTES, fetchBody, MAX_BODY_BYTES } from '../api/bodies.ts'

export interface BodyState {
  readonly body: FetchedBody | undefined
  readonly error: string | undefined
  /** Fetches as much as may be had. */
  readonly fetchAll: () => void
}

/** The bytes of a body, fetched when they are looked at, and again while they still grow. */
export function useBody(info: BodyInfo, decoded: boolean): BodyState {
  const [length, setLength] = useState(FIRST_BODY_BYTES)
  const [state, setState] = useState<Omit<BodyState, 'fetchAll'>>({ body: undefined, error: undefined })
  const { uri, storedBytes, contentEncoding } = info
  useEffect(() => {
    const fetching = new AbortController()
    const { signal } = fetching
    fetchBody(info, { decoded, length, signal }).then(
      (body) => setState({ body, error: undefined }),
      async (error: unknown) => {
        if (signal.aborted) return
        const message = String((error as Error).message)
        // A coding that cannot be undone still has its bytes.
        const body = decoded
          ? await fetchBody(info, { decoded: false, length, signal }).catch(() => undefined)
          : undefined
        if (!signal.aborted) setState({ body, error: message })
      },
    )
    return () => fetching.abort()
  }, [uri, storedBytes, contentEncoding, decoded, length])
  return { ...state, fetchAll: () => setLength(MAX_BODY_BYTES) }
}
