import { setTimeout as delay } from 'node:timers/promises'

const POLL_MS = 5

/**
 * Waits for a condition that no event announces. Generous, since machines that run tests are busy ones; it bounds a failure
 * and says nothing about how long anything should take.
 */
export async function until(condition: () => boolean, what: string, deadlineMs = 10_000): Promise<void> {
  const deadline = performance.now() + deadlineMs
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited ${deadlineMs} ms for ${what}`)
    await delay(POLL_MS)
  }
}

/** The promise, or an error that says what did not happen. */
export async function within<T>(promise: Promise<T>, what: string, deadlineMs = 10_000): Promise<T> {
  const patience = new AbortController()
  try {
    return await Promise.race([
      promise,
      delay(deadlineMs, undefined, { signal: patience.signal }).then(() => {
        throw new Error(`waited ${deadlineMs} ms for ${what}`)
      }),
    ])
  } finally {
    patience.abort()
  }
}

/** Waits until a count stands still: that something is held back has no event. */
export async function untilStill(count: () => number, quietMs = 300): Promise<number> {
  for (let last = count(); ; last = count()) {
    await delay(quietMs)
    if (count() === last) return last
  }
}
