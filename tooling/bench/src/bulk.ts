import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { download } from './download.ts'
import type { Target } from './target.ts'

/**
 * Downloads over `downloads` connections for `seconds` and returns megabytes (10^6 bytes) per second of all together. The
 * time begins when every one of them has begun: windows of their own would add up to more than there was.
 * Rejects with what a download rejects with, and with the reason of `signal`.
 */
export async function measureBulk(
  target: Target,
  seconds: number,
  signal: AbortSignal,
  { path = '/', downloads = 1 }: { path?: string; downloads?: number } = {},
): Promise<number> {
  const over = new AbortController()
  const stopping = AbortSignal.any([signal, over.signal])
  setMaxListeners(0, stopping)
  let bytes = 0
  let started = 0
  let announceStart: () => void
  const allStarted = new Promise<void>((resolve) => {
    announceStart = resolve
  })
  const onBytes = (count: number): void => {
    bytes += count
  }
  const onStart = (): void => {
    if (++started === downloads) announceStart()
  }
  const all = Promise.all(
    Array.from({ length: downloads }, () => download(target, path, { onStart, onBytes }, stopping)),
  )
  try {
    await Promise.race([allStarted, all])
    const startedAt = performance.now()
    bytes = 0
    await Promise.race([delay(seconds * 1_000, undefined, { signal }), all])
    const rate = bytes / 1_000 / (performance.now() - startedAt)
    signal.throwIfAborted()
    return rate
  } finally {
    over.abort()
    await all.catch(() => {})
  }
}
