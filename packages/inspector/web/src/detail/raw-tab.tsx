import { useMemo } from 'react'
import { decodeText } from '../body/body-kind.ts'
import { CodeView } from '../body/code-view.tsx'
import { HexView } from '../body/hex-view.tsx'
import { plainLines } from '../body/lines.ts'
import { useBody } from '../body/use-body.ts'
import { byteCount } from '../ui/format.ts'
import type { Side } from './exchange-side.tsx'
import { rawHead } from './raw-head.ts'

/** Start line, headers and body as bytes, as text or as a dump. The body is not decoded; its framing is not part of it. */
export function RawTab(props: Side & { form: 'text' | 'hex' }) {
  const { head, form } = props
  const { body, error, fetchAll } = useBody(head.body, false)
  const bytes = useMemo(() => {
    const start = new TextEncoder().encode(rawHead(props))
    const all = new Uint8Array(start.length + (body?.bytes.length ?? 0))
    all.set(start)
    if (body) all.set(body.bytes, start.length)
    return all
  }, [props, body])
  return (
    <>
      {form === 'hex' ? (
        <HexView label="Bytes" bytes={bytes} />
      ) : (
        <TextOf bytes={bytes} contentType={head.body.contentType} />
      )}
      {error && <p className="body-error">{error}</p>}
      {body?.more && (
        <p className="muted">
          {`${byteCount(body.bytes.length)} of the body. `}
          <button type="button" onClick={fetchAll}>
            Show more
          </button>
        </p>
      )}
    </>
  )
}

function TextOf({ bytes, contentType }: { bytes: Uint8Array; contentType: string }) {
  const pretty = useMemo(() => ({ lines: plainLines(decodeText(contentType, bytes)) }), [bytes, contentType])
  return <CodeView label="Raw text" pretty={pretty} />
}
