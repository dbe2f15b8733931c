import { navigate } from '../app/route.ts'
import { useShortcuts } from '../app/shortcuts.ts'
import { useFeed } from '../captures/feed-context.ts'

const focus = (selector: string): void => document.querySelector<HTMLElement>(selector)?.focus()

/** Moving through the list, pausing it, and going to the filter, by keys. */
export function useListKeys(selected: string | undefined): void {
  const feed = useFeed()
  const go = (index: number): void => {
    const last = feed.table.matched - 1
    const summary = feed.table.at(Math.max(0, Math.min(index, last)))
    if (summary) navigate({ id: summary.id, against: undefined }, selected === undefined ? 'push' : 'replace')
  }
  const here = (): number => (selected === undefined ? -1 : feed.table.indexOf(selected))
  const down = (): void => go(here() + 1)
  const up = (): void => go(Math.max(here(), 0) - 1)
  useShortcuts({
    j: down,
    ArrowDown: down,
    k: up,
    ArrowUp: up,
    g: () => go(0),
    Home: () => go(0),
    G: () => go(Number.MAX_SAFE_INTEGER),
    End: () => go(Number.MAX_SAFE_INTEGER),
    Enter: () => (selected === undefined ? go(0) : focus('.inspect-detail')),
    Escape: () => {
      if (document.activeElement?.closest('.inspect-detail')) focus('.capture-list')
      else navigate({ id: undefined, against: undefined })
    },
    '/': () => focus('.filter-input'),
    p: () => feed.setPaused(!feed.state().paused),
  })
}
