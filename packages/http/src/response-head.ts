import { HttpError } from './errors.ts'
import { readFields } from './fields.ts'
import type { ResponseHead } from './head.ts'
import type { HeadReader } from './head-reader.ts'
import { type MessageFacts, readFacts } from './message-facts.ts'
import type { StatusLine } from './status-line.ts'

/** The head that `reader` has read to its end, as the answer to a request with `method`. Throws an HttpError. */
export function responseHeadFrom(reader: HeadReader<StatusLine>, method: string): ResponseHead {
  const text = reader.text()
  const { status, minorVersion, reasonStart, reasonEnd } = reader.line
  const headers = readFields(text, reader.fields)
  const facts = readFacts(headers)
  if (facts.chunked && minorVersion === 0) {
    throw new HttpError('ERR_HTTP_TRANSFER_ENCODING', 'transfer-encoding in an HTTP/1.0 message')
  }
  const bodyless = method === 'HEAD' || status < 200 || status === 204 || status === 304
  const framing = bodyless ? 'none' : framingOf(facts)
  return {
    status,
    reason: text.slice(reasonStart, reasonEnd),
    minorVersion,
    headers,
    framing,
    contentLength: framing === 'length' ? facts.contentLength : 0,
    keepAlive: framing !== 'close' && !facts.close && (minorVersion === 1 || facts.keepAlive),
    upgrade: facts.upgradeNamed ? facts.upgrade : undefined,
    bodyless,
  }
}

function framingOf(facts: MessageFacts): 'length' | 'chunked' | 'close' {
  if (facts.chunked) return 'chunked'
  return facts.contentLength >= 0 ? 'length' : 'close'
}
