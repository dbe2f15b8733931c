import type { CaptureDetail } from '../../../src/contract.ts'
import { addressOf, navigate, useRoute } from '../app/route.ts'
import { useFeed } from '../captures/feed-context.ts'
import { titleOf } from '../list/outcome.ts'
import { clockText } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'

/** Replays that are named one by one; of more, the newest. */
const MAX_NAMED = 10

/** What this exchange replays, and what replayed it. */
export function Lineage({ detail, against }: { detail: CaptureDetail; against: string | undefined }) {
  const { replayOf, replays, note } = detail
  return (
    <>
      {note !== '' && <p className="note">{note}</p>}
      {replayOf !== null && (
        <p className="lineage">
          <span>
            <Icon name="link" /> Replay of <CaptureLink id={replayOf} />
          </span>
          <button
            type="button"
            aria-pressed={against !== undefined}
            onClick={() => navigate({ against: against === undefined ? replayOf : undefined })}
          >
            Compare
          </button>
        </p>
      )}
      {replays.length > 0 && (
        <p className="lineage muted">
          {replays.length === 1 ? 'Replayed once:' : `Replayed ${replays.length} times:`}
          {replays.slice(-MAX_NAMED).map((id) => (
            <CaptureLink key={id} id={id} />
          ))}
        </p>
      )}
    </>
  )
}

function CaptureLink({ id }: { id: string }) {
  const route = useRoute()
  const summary = useFeed().table.get(id)
  return (
    <a
      href={addressOf({ ...route, id, against: undefined })}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return
        event.preventDefault()
        navigate({ id, against: undefined }, 'push')
      }}
    >
      {summary ? `${titleOf(summary)} at ${clockText(summary.startedAt)}` : id}
    </a>
  )
}
