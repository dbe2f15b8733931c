import { clearCaptures, exportHar, importHar } from '../api/captures.ts'
import { attempt, notify } from '../app/notices.tsx'
import { useFeed, useFeedState } from '../captures/feed-context.ts'
import { download, pickFile } from '../ui/files.ts'
import { counted } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { Menu } from '../ui/menu.tsx'
import './list-toolbar.css'

/** How much there is, and what is done to all of it. */
export function ListToolbar({ filter }: { filter: string }) {
  const feed = useFeed()
  const { paused, held, total, loading } = useFeedState()
  const shown = Math.max(total, feed.table.total)
  return (
    <div className="list-toolbar">
      <h2>
        {filter === '' ? 'All Requests' : 'Filtered Requests'}
        <span className="muted">
          {filter === ''
            ? ` ${shown.toLocaleString('en')}`
            : `: matched ${feed.table.matched.toLocaleString('en')} of ${shown.toLocaleString('en')}`}
          {loading && shown > 0 && ' …'}
        </span>
      </h2>
      <button
        type="button"
        className="quiet"
        aria-pressed={paused}
        onClick={() => feed.setPaused(!paused)}
        title={paused ? 'Resume (p)' : 'Pause (p)'}
      >
        <Icon name={paused ? 'play' : 'pause'} />
        {paused ? (
          held > 0 ? (
            `${held.toLocaleString('en')} waiting`
          ) : (
            'Paused'
          )
        ) : (
          <span className="visually-hidden">Pause</span>
        )}
      </button>
      <button type="button" className="quiet" onClick={() => void clear(filter)}>
        Clear
      </button>
      <Menu
        label="Export and import"
        face="HAR"
        className="quiet"
        items={[
          {
            name: filter === '' ? 'Export all' : 'Export what matches',
            hint: 'secrets masked',
            action: () => void save(filter, 'mask'),
          },
          {
            name: filter === '' ? 'Export all as it is' : 'Export what matches as it is',
            hint: 'with secrets',
            action: () => void save(filter, 'include'),
          },
          { name: 'Import …', action: () => void load() },
        ]}
      />
    </div>
  )
}

const clear = (filter: string): Promise<boolean> =>
  attempt('Clearing failed', async () => {
    const { deleted } = await clearCaptures(filter)
    notify('done', `${counted(deleted, 'exchange')} cleared`)
  })

const save = (filter: string, secrets: 'mask' | 'include'): Promise<boolean> =>
  attempt('Exporting failed', async () => download('exchanges.har', await exportHar({ filter, secrets })))

const load = (): Promise<boolean> =>
  attempt('Importing failed', async () => {
    const file = await pickFile('.har,application/json')
    if (!file) return
    const { ids, skipped } = await importHar(await file.text())
    notify('done', `${counted(ids.length, 'exchange')} imported${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  })
