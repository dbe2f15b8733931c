import type { EdgeObserver } from '@tunnel/edge'

const CALLS = [
  'connectionOpened',
  'connectionClosed',
  'exchangeFinished',
  'refused',
  'requestWaited',
  'sessionOpened',
  'sessionClosed',
  'endpointOnline',
  'endpointOffline',
] as const satisfies readonly (keyof EdgeObserver)[]

/** One observer that tells several, in their order; `undefined` of none. The first that has `beginTrace` is asked for traces. */
export function combineObservers(observers: readonly EdgeObserver[]): EdgeObserver | undefined {
  if (observers.length < 2) return observers[0]
  const combined: Record<string, unknown> = {}
  for (const name of CALLS) {
    const calls = observers.flatMap((observer) => (observer[name] ? [bound(observer, name)] : []))
    if (calls.length > 0) combined[name] = calls.length === 1 ? calls[0] : tellAll(calls)
  }
  const tracing = observers.find(({ beginTrace }) => beginTrace !== undefined)
  return { ...combined, ...(tracing && { beginTrace: (parent, state) => tracing.beginTrace?.(parent, state) }) }
}

type Tell = (told: unknown) => void

/** Each call has one argument. */
function bound(observer: EdgeObserver, name: (typeof CALLS)[number]): Tell {
  return (observer[name] as Tell).bind(observer)
}

function tellAll([first, second, ...others]: Tell[]): Tell {
  return (told) => {
    first?.(told)
    second?.(told)
    for (const other of others) other(told)
  }
}
