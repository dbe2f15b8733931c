import {
  assertHeaderName,
  assertHeaderValue,
  chunkHead,
  type HeaderList,
  type RequestHead,
  serializeRequestHead,
  serializeTrailers,
} from '@tunnel/http'
import type * as z from 'zod'
import type { replayRequestSchema } from '../contract/replay.ts'
import { InspectorError } from '../errors.ts'
import type { Capture } from '../store/capture.ts'

export type ReplayEdits = Pick<
  z.output<typeof replayRequestSchema>,
  'method' | 'target' | 'headers' | 'trailers' | 'body' | 'bodyBase64' | 'allowTruncated'
>

/** A stored request, edited, ready to be sent. */
export interface ReplayMessage {
  head: RequestHead
  bytes: Buffer
}

/** Headers that say how this message is framed, which is computed anew, or what only the first connection was for. */
const REPLACED: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding', 'expect', 'trailer'])

/** Throws `ERR_INSPECTOR_REPLAY` for a body that is not all there, and for what would not be one HTTP/1.1 request. */
export function replayMessage(capture: Capture, edits: ReplayEdits): ReplayMessage {
  const original = capture.requestHead
  if (!original) throw cannot('it is not an HTTP request')
  const body = bodyOf(capture, edits)
  const trailers = edits.trailers?.flat() ?? capture.requestTrailers ?? []
  const method = edits.method ?? original.method
  const target = edits.target ?? original.target
  if (!/^[!#$%&'*+.^_`|~\w-]{1,32}$/.test(method)) throw cannot('the method is not a token of at most 32 characters')
  if (!/^[\x21-\xff]+$/.test(target)) throw cannot('the path has spaces, control characters, or is empty')
  const isChunked = trailers.length > 0
  const hasBody = body.length > 0 || original.framing !== 'none' || edits.body !== undefined
  const headers = withoutReplaced(edits.headers?.flat() ?? original.headers)
  if (isChunked) headers.push('Transfer-Encoding', 'chunked')
  else if (hasBody) headers.push('Content-Length', String(body.length))
  assertFields(headers)
  assertFields(trailers)
  const head: RequestHead = {
    ...original,
    method,
    target,
    headers,
    framing: isChunked ? 'chunked' : hasBody ? 'length' : 'none',
    contentLength: isChunked ? 0 : body.length,
    expectContinue: false,
  }
  const parts: Buffer[] = [Buffer.from(serializeRequestHead(method, target, headers), 'latin1')]
  if (isChunked) parts.push(...chunked(body, trailers))
  else parts.push(body)
  return { head, bytes: Buffer.concat(parts) }
}

function bodyOf(capture: Capture, { body, bodyBase64, allowTruncated }: ReplayEdits): Buffer {
  if (body !== undefined) return Buffer.from(body)
  if (bodyBase64 !== undefined) return Buffer.from(bodyBase64, 'base64')
  const stored = capture.requestBody
  if (stored.storedBytes < stored.bytes && !allowTruncated) {
    throw cannot(`only ${stored.storedBytes} of ${stored.bytes} bytes of its body are stored; allow it to be sent so`)
  }
  if (capture.state === 'open' && capture.requestEndMs === undefined) throw cannot('its body is still on the way')
  return stored.read()
}

function withoutReplaced(headers: HeaderList): HeaderList {
  const kept: HeaderList = []
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] as string
    if (!REPLACED.has(name.toLowerCase())) kept.push(name, headers[at + 1] as string)
  }
  return kept
}

function assertFields(headers: HeaderList): void {
  for (let at = 0; at < headers.length; at += 2) {
    try {
      assertHeaderName(headers[at] as string)
      assertHeaderValue(headers[at + 1] as string)
    } catch (cause) {
      throw cannot((cause as Error).message, cause)
    }
  }
}

function chunked(body: Buffer, trailers: HeaderList): Buffer[] {
  const end = Buffer.from(serializeTrailers(trailers), 'latin1')
  if (body.length === 0) return [end]
  return [Buffer.from(chunkHead(body.length)), body, Buffer.from('\r\n'), end]
}

function cannot(why: string, cause?: unknown): InspectorError {
  return new InspectorError('ERR_INSPECTOR_REPLAY', `this request cannot be replayed: ${why}`, { cause })
}
