import { setTimeout as delay } from 'node:timers/promises'
import type { EdgeLimits } from './limits.ts'
import type { OpenVisitors } from './open-visitors.ts'

/** How often to look whether visitors have left. */
const CHECK_MS = 20

export interface DrainParts {
  readonly visitors: OpenVisitors
  readonly limits: EdgeLimits
  /** Connections of any kind: those of visitors and agents, and those that are nobody's yet. */
  connectionCount(): number
  sessionCount(): number
  readonly signal: AbortSignal
}

/**
 * Resolves when the last visitor has left, at the latest after `drainGraceMs`. Who is still in a TLS handshake may become a
 * visitor: while there are such connections, nobody must have been there for `drainQuietMs`.
 */
export async function untilVisitorsLeft(parts: DrainParts): Promise<void> {
  const { visitors, limits, signal } = parts
  const deadline = performance.now() + limits.drainGraceMs
  let quietSince = performance.now()
  for (let now = quietSince; now < deadline && !signal.aborted; now = performance.now()) {
    if (visitors.size > 0) quietSince = now
    else if (parts.connectionCount() <= parts.sessionCount() || now - quietSince >= limits.drainQuietMs) return
    await delay(CHECK_MS, undefined, { signal }).catch(() => {})
  }
}
