import { lazy, Suspense, useLayoutEffect, useState } from 'react'
import type { CaptureDetail, TestFormat } from '../../../src/contract.ts'
import { changeCapture, deleteCapture, exportHar, saveAsTest } from '../api/captures.ts'
import { attempt } from '../app/notices.tsx'
import { navigate } from '../app/route.ts'
import { useShortcuts } from '../app/shortcuts.ts'
import { useFeed } from '../captures/feed-context.ts'
import { replay } from '../replay/replay.ts'
import { download } from '../ui/files.ts'
import { Icon } from '../ui/icon.tsx'
import { Menu } from '../ui/menu.tsx'
import { copyAs } from './copy-as.ts'
import type { ActionKey } from './early-keys.ts'

const ReplayEditor = lazy(() => import('../replay/replay-editor.tsx'))
const NoteEditor = lazy(() => import('./note-editor.tsx'))

interface ActionsProps {
  readonly detail: CaptureDetail
  readonly against: string | undefined
  readonly earlyKeys: Set<ActionKey>
}

/** What can be done with an exchange. */
export function Actions({ detail, against, earlyKeys }: ActionsProps) {
  const feed = useFeed()
  const [open, setOpen] = useState<'replay' | 'note'>()
  const { id, pinned, canReplay, request } = detail
  const pin = (): Promise<boolean> =>
    attempt('Pinning failed', async () => {
      // The list knows of a change before the details do.
      const now = feed.table.get(id)?.pinned ?? pinned
      feed.put(await changeCapture(id, { pinned: !now }))
    })
  const again = (): void => {
    if (!canReplay) return
    if (detail.truncated && detail.request?.body.truncated) setOpen('replay')
    else void replay(id, {})
  }
  const curl = (): Promise<boolean> => copyAs('curl', detail)
  const keys: Record<ActionKey, () => void> = {
    r: again,
    e: () => canReplay && setOpen('replay'),
    s: () => void pin(),
    c: () => request && void curl(),
    d: () => detail.replayOf !== null && navigate({ against: against === undefined ? detail.replayOf : undefined }),
  }
  useShortcuts(keys)
  useLayoutEffect(() => {
    const pressed = [...earlyKeys]
    earlyKeys.clear()
    for (const key of pressed) keys[key]()
  })
  return (
    <div className="detail-actions">
      {request && (
        <div className="split">
          <button type="button" className="primary" disabled={!canReplay} onClick={again} title="Replay (r)">
            <Icon name="replay" /> Replay
          </button>
          <Menu
            label="More ways to replay"
            face={<Icon name="down" />}
            className="primary"
            items={[
              { name: 'Replay with Modifications', hint: 'e', disabled: !canReplay, action: () => setOpen('replay') },
              { name: 'Replay 3 times', disabled: !canReplay, action: () => void replay(id, { times: 3 }) },
              { name: 'Replay 10 times', disabled: !canReplay, action: () => void replay(id, { times: 10 }) },
            ]}
          />
        </div>
      )}
      {request && (
        <Menu
          label="Copy as"
          face={
            <>
              Copy as <Icon name="down" />
            </>
          }
          items={[
            { name: 'cURL', hint: 'c', action: () => void curl() },
            { name: 'fetch', action: () => void copyAs('fetch', detail) },
            { name: 'HTTPie', action: () => void copyAs('httpie', detail) },
          ]}
        />
      )}
      <button
        type="button"
        aria-pressed={pinned}
        onClick={() => void pin()}
        title={pinned ? 'Let it go (s)' : 'Pin: it stays when others make room (s)'}
      >
        <Icon name="pin" /> {pinned ? 'Pinned' : 'Pin'}
      </button>
      <Menu
        label="More"
        face={
          <>
            More <Icon name="down" />
          </>
        }
        items={[
          { name: 'Note …', action: () => setOpen('note') },
          ...(request ? testItems(detail) : []),
          ...(request ? [{ name: 'Export HAR', hint: 'secrets masked', action: () => void saveHar(id) }] : []),
          {
            name: 'Delete',
            action: () =>
              void attempt('Deleting failed', async () => {
                await deleteCapture(id)
                feed.remove(id)
                navigate({ id: undefined, against: undefined })
              }),
          },
        ]}
      />
      <Suspense>
        {open === 'replay' && <ReplayEditor detail={detail} onClose={() => setOpen(undefined)} />}
        {open === 'note' && <NoteEditor detail={detail} onClose={() => setOpen(undefined)} />}
      </Suspense>
    </div>
  )
}

const formats: readonly (readonly [format: TestFormat, name: string])[] = [
  ['vitest', 'Vitest'],
  ['node', 'node:test'],
  ['curl', 'shell script'],
  ['http', '.http file'],
]

const testItems = ({ id }: CaptureDetail) =>
  formats.map(([format, name]) => ({
    name: 'Save as test: '.concat(name),
    action: () =>
      void attempt('Saving failed', async () => {
        const { fileName, text } = await saveAsTest(id, format, 'mask')
        download(fileName, new Blob([text], { type: 'text/plain' }))
      }),
  }))

const saveHar = (id: string): Promise<boolean> =>
  attempt('Exporting failed', async () => download(`${id}.har`, await exportHar({ ids: id, secrets: 'mask' })))
