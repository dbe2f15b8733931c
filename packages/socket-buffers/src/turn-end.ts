let pending: (() => void)[] = []

/**
 * Runs `action` once all events of this event-loop turn are handled: TLS hands over a large read in pieces of 16 KiB, and
 * writing each on would be a system call each.
 */
export function atTurnEnd(action: () => void): void {
  if (pending.length === 0) setImmediate(runAll)
  pending.push(action)
}

function runAll(): void {
  const actions = pending
  pending = []
  for (const action of actions) action()
}
