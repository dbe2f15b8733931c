import { STATUS_CODES } from 'node:http'
import { type HeaderList, type ResponseHead, serializeResponseHead } from '@tunnel/http'

/** How the body of a response goes to the edge, and the head that says so. */
export interface ForwardedHead {
  status: number
  /** As in `text`. */
  fields: HeaderList
  text: string
  framing: 'none' | 'length' | 'chunked'
  /** Of `length`. */
  contentLength: number
}

/** What the head does not say itself. */
export interface ResponseFacts {
  method: string
  /** The HEADERS frame ended the stream. */
  endStream: boolean
  /** The request asked for trailers, which only a chunked body can have. */
  acceptsTrailers: boolean
}

/** The HTTP/1.1 head of an HTTP/2 response. `raw`: name, value, name, value … with pseudo fields, as checked by nghttp2. */
export function forwardedHead(raw: readonly string[], facts: ResponseFacts): ForwardedHead {
  const { status, fields, contentLength, announcesTrailers } = readHead(raw)
  const bodyless = facts.method === 'HEAD' || status < 200 || status === 204 || status === 304
  const framing = bodyless ? 'none' : bodyFraming(contentLength, announcesTrailers, facts)
  const shownLength = framing === 'length' && facts.endStream ? 0 : contentLength
  const mayShowLength = framing === 'length' || (bodyless && status >= 200 && status !== 204)
  if (mayShowLength && shownLength !== undefined) fields.push('content-length', String(shownLength))
  if (framing === 'chunked') fields.push('transfer-encoding', 'chunked')
  const text = serializeResponseHead(status, STATUS_CODES[status] ?? '', fields)
  return { status, fields, text, framing, contentLength: shownLength ?? 0 }
}

/** A head as observers are told of it: as the edge gets it. */
export function observedHead({ status, fields, framing, contentLength }: ForwardedHead): ResponseHead {
  return {
    status,
    reason: STATUS_CODES[status] ?? '',
    minorVersion: 1,
    headers: fields,
    framing,
    contentLength: framing === 'length' ? contentLength : 0,
    keepAlive: true,
    upgrade: undefined,
    bodyless: framing === 'none',
  }
}

/** Trailers are the same list without pseudo fields. */
export function trailerFields(raw: readonly string[]): HeaderList {
  return readHead(raw).fields
}

function bodyFraming(
  contentLength: number | undefined,
  announcesTrailers: boolean,
  { endStream, acceptsTrailers }: ResponseFacts,
): 'length' | 'chunked' {
  if (endStream) return 'length'
  return contentLength === undefined || announcesTrailers || acceptsTrailers ? 'chunked' : 'length'
}

function readHead(raw: readonly string[]) {
  const fields: HeaderList = []
  let status = 0
  let contentLength: number | undefined
  let announcesTrailers = false
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] as string
    const value = raw[at + 1] as string
    if (name === ':status') status = Number(value)
    else if (name === 'content-length') contentLength = Number(value)
    else if (!name.startsWith(':')) fields.push(name, value)
    if (name === 'trailer') announcesTrailers = true
  }
  return { status, fields, contentLength, announcesTrailers }
}
