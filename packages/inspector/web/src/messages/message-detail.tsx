import { useMemo, useState } from 'react'
import type { CaptureMessage } from '../../../src/contract.ts'
import { readMessage } from '../api/captures.ts'
import { attempt } from '../app/notices.tsx'
import { BodyContent } from '../body/body-content.tsx'
import { bodyKind } from '../body/body-kind.ts'
import { copyText } from '../ui/clipboard.ts'
import { byteCount } from '../ui/format.ts'
import { bytesOf, messageContentType } from './message-text.ts'

/** One message as what it is. */
export function MessageDetail({ id, message }: { id: string; message: CaptureMessage }) {
  const [whole, setWhole] = useState<{ index: number; bytes: Uint8Array }>()
  const [hex, setHex] = useState(false)
  const stored = useMemo(() => bytesOf(message), [message])
  const bytes = whole?.index === message.index ? whole.bytes : stored
  const contentType = messageContentType(message)
  return (
    <section className="message-detail" aria-label="Message">
      <div className="body-head">
        <h3>
          {byteCount(message.bytes)}
          {'compressed' in message && message.compressed && ', was compressed'}
          {message.type === 'sse' && message.id !== '' && `, id ${message.id}`}
        </h3>
        {message.truncated && bytes === stored && (
          <button
            type="button"
            className="quiet"
            onClick={() =>
              void attempt('Reading failed', async () =>
                setWhole({ index: message.index, bytes: await readMessage(id, message.index) }),
              )
            }
          >
            Show the whole
          </button>
        )}
        <button type="button" className="quiet" aria-pressed={hex} onClick={() => setHex(!hex)}>
          Binary
        </button>
        <button
          type="button"
          className="quiet"
          onClick={() => void copyText('Message', new TextDecoder().decode(bytes))}
        >
          Copy
        </button>
      </div>
      <BodyContent kind={hex ? 'binary' : bodyKind(contentType, bytes)} contentType={contentType} bytes={bytes} />
    </section>
  )
}
