import { useEffect, useRef, useState } from 'react'
import type { CaptureDetail, CaptureMessage } from '../../../src/contract.ts'
import { listMessages } from '../api/captures.ts'

const PAGE = 500
/** Messages that the page keeps, the newest of them. */
export const MAX_MESSAGES = 5_000

export interface MessagesState {
  readonly messages: readonly CaptureMessage[]
  readonly total: number
  /** Why there are no more, where that is not because they end. */
  readonly problem: string | undefined
}

/** The messages of an exchange, read to the end, and on whenever there are new ones. */
export function useMessages(detail: CaptureDetail): MessagesState {
  const { id } = detail
  const [read, setRead] = useState<MessagesState>({ messages: [], total: 0, problem: undefined })
  const kept = useRef(read)
  useEffect(() => {
    const reading = new AbortController()
    const { signal } = reading
    const readOn = async (): Promise<void> => {
      for (let more = true; more && !signal.aborted; ) {
        const before = kept.current
        const page = await listMessages(id, { after: before.messages.at(-1)?.index ?? -1, limit: PAGE }, signal)
        if (signal.aborted) return
        const messages =
          page.messages.length === 0 ? before.messages : [...before.messages, ...page.messages].slice(-MAX_MESSAGES)
        kept.current = { messages, total: page.total, problem: page.problem ?? undefined }
        setRead(kept.current)
        more = page.next !== null && page.messages.length > 0
      }
    }
    readOn().catch((error: unknown) => {
      if (!signal.aborted) setRead({ ...kept.current, problem: String((error as Error).message) })
    })
    return () => reading.abort()
  }, [id, detail])
  return read
}
