import { useSyncExternalStore } from 'react'
import './notices.css'

export interface Notice {
  readonly id: number
  readonly kind: 'done' | 'failed'
  readonly text: string
}

const SHOWN_MS = 6_000
/** Older ones make room. */
const MAX_NOTICES = 4

const listeners = new Set<() => void>()
let notices: readonly Notice[] = []
let last = 0

/** Says something for a moment, on the screen and to a screen reader. */
export function notify(kind: Notice['kind'], text: string): void {
  const id = ++last
  set([...notices, { id, kind, text }].slice(-MAX_NOTICES))
  setTimeout(() => dismiss(id), SHOWN_MS)
}

/** Runs what may fail, and says so where it does. */
export async function attempt(what: string, action: () => Promise<void>): Promise<boolean> {
  try {
    await action()
    return true
  } catch (error) {
    notify('failed', `${what}: ${(error as Error).message}`)
    return false
  }
}

export function Notices() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => notices,
  )
  return (
    <div className="notices" role="status" aria-live="polite">
      {shown.map(({ id, kind, text }) => (
        <p key={id} className="notice" data-kind={kind}>
          <span>{text}</span>
          <button type="button" className="quiet" aria-label="Dismiss" onClick={() => dismiss(id)}>
            ×
          </button>
        </p>
      ))}
    </div>
  )
}

const dismiss = (id: number): void => set(notices.filter((notice) => notice.id !== id))

function set(next: readonly Notice[]): void {
  notices = next
  for (const listener of listeners) listener()
}
