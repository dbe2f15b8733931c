import { useState } from 'react'
import type { CaptureDetail } from '../../../src/contract.ts'
import { changeCapture } from '../api/captures.ts'
import { attempt } from '../app/notices.tsx'
import { useFeed } from '../captures/feed-context.ts'
import { Dialog } from '../ui/dialog.tsx'

/** What the API keeps of a note. */
const MAX_NOTE_LENGTH = 1_000

export default function NoteEditor({ detail, onClose }: { detail: CaptureDetail; onClose: () => void }) {
  const feed = useFeed()
  const [note, setNote] = useState(detail.note)
  const save = async (): Promise<void> => {
    if (await attempt('Saving failed', async () => feed.put(await changeCapture(detail.id, { note })))) onClose()
  }
  return (
    <Dialog title="Note" onClose={onClose}>
      <textarea
        aria-label="Note"
        rows={5}
        maxLength={MAX_NOTE_LENGTH}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      <div className="dialog-actions">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="primary" onClick={() => void save()}>
          Save
        </button>
      </div>
    </Dialog>
  )
}
