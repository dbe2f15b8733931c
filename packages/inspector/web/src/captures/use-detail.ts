import { useEffect, useState } from 'react'
import type { CaptureDetail } from '../../../src/contract.ts'
import { readCapture } from '../api/captures.ts'
import { RequestError } from '../api/request.ts'
import { useFeed, useFeedState } from './feed-context.ts'

export interface DetailState {
  readonly detail: CaptureDetail | undefined
  readonly error: string | undefined
}

/** The whole of a capture, read again whenever the feed says that it has changed. */
export function useDetail(id: string | undefined): DetailState {
  useFeedState()
  const summary = useFeed().table.get(id ?? '')
  const [state, setState] = useState<DetailState>({ detail: undefined, error: undefined })
  useEffect(() => {
    if (id === undefined) return
    const reading = new AbortController()
    readCapture(id, reading.signal).then(
      (detail) => setState({ detail, error: undefined }),
      (error: unknown) => {
        if (reading.signal.aborted) return
        const gone = error instanceof RequestError && error.status === 404
        setState({
          detail: undefined,
          error: gone ? 'This exchange is no longer stored.' : String((error as Error).message),
        })
      },
    )
    return () => reading.abort()
  }, [id, summary])
  return state.detail && state.detail.id !== id ? { detail: undefined, error: undefined } : state
}
