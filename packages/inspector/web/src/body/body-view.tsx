import { useMemo, useState } from 'react'
import type { BodyInfo } from '../../../src/contract.ts'
import type { FetchedBody } from '../api/bodies.ts'
import { copyText } from '../ui/clipboard.ts'
import { download } from '../ui/files.ts'
import { byteCount } from '../ui/format.ts'
import { BodyContent } from './body-content.tsx'
import { type BodyKind, bodyKind, decodeText } from './body-kind.ts'
import './body-view.css'
import { useBody } from './use-body.ts'

const hasTwoForms: ReadonlySet<BodyKind> = new Set(['json', 'xml', 'form', 'multipart', 'image', 'protobuf'])

/** A body with what is known of it: fetched when it is looked at. */
export function BodyView({ info, name }: { info: BodyInfo; name: string }) {
  const { body, error, fetchAll } = useBody(info, true)
  const [asItIs, setAsItIs] = useState(false)
  const kind = useMemo(() => bodyKind(info.contentType, body?.bytes ?? new Uint8Array()), [info.contentType, body])
  if (info.bytes === 0) return <p className="muted">No body</p>
  return (
    <section className="body-view" aria-label={`Body of the ${name}`}>
      <div className="body-head">
        <h3>
          {byteCount(info.bytes)} {info.contentType}
        </h3>
        {body && hasTwoForms.has(kind) && (
          <button type="button" className="quiet" aria-pressed={asItIs} onClick={() => setAsItIs(!asItIs)}>
            As it is
          </button>
        )}
        {body && kind !== 'binary' && kind !== 'image' && (
          <button
            type="button"
            className="quiet"
            onClick={() => void copyText('Body', decodeText(info.contentType, body.bytes))}
          >
            Copy
          </button>
        )}
        {body && (
          <button
            type="button"
            className="quiet"
            onClick={() => download(`${name}-body`, new Blob([body.bytes as Uint8Array<ArrayBuffer>]))}
          >
            Save
          </button>
        )}
      </div>
      <BodyNotes info={info} body={body} error={error} onFetchAll={fetchAll} />
      {body && (
        <BodyContent
          kind={asItIs && kind !== 'image' ? 'text' : asItIs ? 'binary' : kind}
          contentType={info.contentType}
          bytes={body.bytes}
        />
      )}
    </section>
  )
}

interface BodyNotesProps {
  readonly info: BodyInfo
  readonly body: FetchedBody | undefined
  readonly error: string | undefined
  readonly onFetchAll: () => void
}

function BodyNotes({ info, body, error, onFetchAll }: BodyNotesProps) {
  return (
    <>
      {body?.decoded && <p className="muted">{`Decoded from ${info.contentEncoding}`}</p>}
      {error && <p className="body-error">{body ? `${info.contentEncoding} could not be undone: ${error}` : error}</p>}
      {info.truncated && (
        <p className="body-error">{`Truncated: the first ${byteCount(info.storedBytes)} of ${byteCount(info.bytes)} are stored.`}</p>
      )}
      {body?.more && (
        <p className="muted">
          {`This is the beginning: ${byteCount(body.bytes.length)}. `}
          <button type="button" onClick={onFetchAll}>
            Show more
          </button>
        </p>
      )}
    </>
  )
}
