import { useEffect, useState } from 'react'
import type { CaptureDetail } from '../../../src/contract.ts'
import { fetchBody, MAX_BODY_BYTES } from '../api/bodies.ts'
import { textOf } from '../copy-as/request-text.ts'
import { Dialog } from '../ui/dialog.tsx'
import { byteCount } from '../ui/format.ts'
import { BodyEditor } from './body-editor.tsx'
import { type Draft, draftOf, draftProblem, MAX_TIMES, replayRequestOf } from './draft.ts'
import { HeaderRows } from './header-rows.tsx'
import { replay } from './replay.ts'
import './replay-editor.css'
import { TargetField } from './target-field.tsx'

/** Every part of a request, to be changed before it is sent again. */
export default function ReplayEditor({ detail, onClose }: { detail: CaptureDetail; onClose: () => void }) {
  const [original, setOriginal] = useState<Draft>()
  const [draft, setDraft] = useState<Draft>()
  useEffect(() => {
    const fetching = new AbortController()
    void bodyText(detail, fetching.signal).then((text) => {
      if (fetching.signal.aborted) return
      const made = draftOf(detail, text)
      setOriginal(made)
      setDraft(made)
    })
    return () => fetching.abort()
  }, [])
  if (!draft || !original) return null
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part })
  const truncated = detail.request?.body.truncated === true && draft.body === original.body
  const problem =
    draftProblem(draft) ?? (truncated && !draft.allowTruncated ? 'Only the beginning of the body is stored' : undefined)
  const send = async (): Promise<void> => {
    if (await replay(detail.id, replayRequestOf(original, draft))) onClose()
  }
  return (
    <Dialog title="Modify Request" onClose={onClose} wide>
      <form
        className="replay-editor"
        onSubmit={(event) => {
          event.preventDefault()
          if (!problem) void send()
        }}
      >
        <div className="replay-line">
          <label className="field">
            Method
            <input
              className="mono"
              size={9}
              list="methods"
              value={draft.method}
              onChange={(event) => change({ method: event.target.value })}
            />
            <datalist id="methods">
              {['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'].map((method) => (
                <option key={method} value={method} />
              ))}
            </datalist>
          </label>
          <label className="field grows">
            Path
            <input className="mono" value={draft.target} onChange={(event) => change({ target: event.target.value })} />
          </label>
        </div>
        <HeaderRows title="Headers" noun="Header" headers={draft.headers} onChange={(headers) => change({ headers })} />
        <HeaderRows
          title="Trailers"
          noun="Trailer"
          headers={draft.trailers}
          onChange={(trailers) => change({ trailers })}
        />
        {draft.body === undefined ? (
          <p className="muted">
            {`The body is no text: its ${byteCount(detail.request?.body.storedBytes ?? 0)} stay as they are. `}
            <button type="button" onClick={() => change({ body: '' })}>
              Replace with text
            </button>
          </p>
        ) : (
          <BodyEditor text={draft.body} onChange={(body) => change({ body })} />
        )}
        {truncated && (
          <label>
            <input
              type="checkbox"
              checked={draft.allowTruncated}
              onChange={(event) => change({ allowTruncated: event.target.checked })}
            />
            Send the beginning of the body alone
          </label>
        )}
        <div className="replay-line">
          <TargetField detail={detail} to={draft.to} onChange={(to) => change({ to })} />
          <label className="field">
            Times
            <input
              type="number"
              min={1}
              max={MAX_TIMES}
              value={draft.times || ''}
              onChange={(event) => change({ times: event.target.valueAsNumber })}
            />
          </label>
        </div>
        <div className="dialog-actions">
          {problem && (
            <p className="replay-problem" role="status">
              {problem}
            </p>
          )}
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="primary" disabled={problem !== undefined}>
            Replay
          </button>
        </div>
      </form>
    </Dialog>
  )
}

/** The body where it is text as it was sent, so without a content coding. */
async function bodyText({ request }: CaptureDetail, signal: AbortSignal): Promise<string | undefined> {
  if (!request) return ''
  try {
    const { bytes } = await fetchBody(request.body, { decoded: false, length: MAX_BODY_BYTES, signal })
    return bytes.length < request.body.storedBytes ? undefined : textOf(bytes)
  } catch {
    return undefined
  }
}
