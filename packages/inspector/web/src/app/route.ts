import { useSyncExternalStore } from 'react'

/** What the address bar says. */
export interface Route {
  readonly page: 'inspect' | 'status'
  readonly filter: string
  /** The capture that is looked at. */
  readonly id: string | undefined
  /** The capture beside which it is looked at. */
  readonly against: string | undefined
}

const listeners = new Set<() => void>()
let current = read()

window.addEventListener('popstate', announce)

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, () => current)
}

/** Changes the address. `push` makes a step that the back button undoes. */
export function navigate(change: Partial<Route>, how: 'push' | 'replace' = 'replace'): void {
  const address = addressOf({ ...current, ...change })
  if (address === location.pathname + location.search) return
  if (how === 'push') history.pushState(null, '', address)
  else history.replaceState(null, '', address)
  announce()
}

export function addressOf({ page, filter, id, against }: Route): string {
  if (page === 'status') return '/status'
  const parameters = new URLSearchParams()
  if (filter !== '') parameters.set('filter', filter)
  if (id !== undefined) parameters.set('id', id)
  if (id !== undefined && against !== undefined) parameters.set('against', against)
  const query = parameters.toString()
  return query === '' ? '/inspect/http' : `/inspect/http?${query}`
}

function read(): Route {
  const parameters = new URLSearchParams(location.search)
  return {
    page: location.pathname === '/status' ? 'status' : 'inspect',
    filter: parameters.get('filter') ?? '',
    id: parameters.get('id') ?? undefined,
    against: parameters.get('against') ?? undefined,
  }
}

function announce(): void {
  current = read()
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
