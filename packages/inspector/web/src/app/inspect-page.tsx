import { useEffect } from 'react'
import { useFeed } from '../captures/feed-context.ts'
import { Detail } from '../detail/detail.tsx'
import { FilterBar } from '../filter/filter-bar.tsx'
import { CaptureList } from '../list/capture-list.tsx'
import { ListToolbar } from '../list/list-toolbar.tsx'
import { useListKeys } from '../list/use-list-keys.ts'
import { useRoute } from './route.ts'
import './inspect-page.css'

/** The list of exchanges, and beside it the one that is looked at. On a narrow screen one of them at a time. */
export function InspectPage() {
  const route = useRoute()
  const feed = useFeed()
  useEffect(() => feed.setFilter(route.filter), [feed, route.filter])
  useListKeys(route.id)
  return (
    <main className="inspect" data-looking={route.id === undefined ? undefined : true}>
      <section className="inspect-list" aria-label="Exchanges">
        <FilterBar filter={route.filter} />
        <ListToolbar filter={route.filter} />
        <CaptureList selected={route.id} />
      </section>
      <section className="inspect-detail" aria-label="Details" data-scroller tabIndex={-1}>
        <Detail id={route.id} against={route.against} />
      </section>
    </main>
  )
}
