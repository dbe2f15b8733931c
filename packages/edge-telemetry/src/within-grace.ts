import { setTimeout as delay } from 'node:timers/promises'

/** How long whoever closes waits for a disk, a reader or a collector that takes nothing. */
const CLOSE_GRACE_MS = 2000

/** Resolves when `work` does, at the latest after two seconds. Rejects with it. */
export async function withinGrace(work: Promise<unknown>): Promise<void> {
  const patience = new AbortController()
  const { signal } = patience
  try {
    await Promise.race([work, delay(CLOSE_GRACE_MS, undefined, { signal }).catch(() => {})])
  } finally {
    patience.abort()
  }
}
