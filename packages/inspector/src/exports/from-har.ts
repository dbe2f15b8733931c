import type { HeaderList, RequestHead, ResponseHead } from '@tunnel/http'
import * as z from 'zod'
import { InspectorError } from '../errors.ts'
import type { Capture } from '../store/capture.ts'
import { kindOf } from '../store/capture-kind.ts'
import type { CaptureStore } from '../store/capture-store.ts'
import { headBytes } from '../store/exchange-recorder.ts'

const named = z.array(z.object({ name: z.string().max(8192), value: z.string().max(1_048_576) })).max(1000)
const count = z.number().int().nonnegative()

const entrySchema = z.object({
  startedDateTime: z.string().max(64),
  time: z.number().nonnegative().catch(0),
  request: z.object({
    method: z.string().min(1).max(32),
    url: z.string().max(1_048_576),
    headers: named.default([]),
    postData: z.object({ text: z.string().optional(), _encoding: z.string().optional() }).optional(),
    bodySize: count.catch(0),
  }),
  response: z.object({
    status: z.number().int().min(0).max(999),
    statusText: z.string().max(1000).default(''),
    headers: named.default([]),
    content: z.object({ text: z.string().optional(), encoding: z.string().optional() }).default({}),
    bodySize: count.catch(0),
  }),
  timings: z.object({ send: z.number().catch(0), wait: z.number().catch(0) }).catch({ send: 0, wait: 0 }),
})
type Entry = z.infer<typeof entrySchema>

const harSchema = z.object({ log: z.object({ entries: z.array(z.unknown()).max(20_000) }) })

/** What imported captures say that they come from. There is no endpoint behind it. */
const source = { name: 'import', url: '', upstream: '' }

/**
 * The exchanges of a HAR 1.2 document as captures, oldest first. Entries that are none are counted in `skipped`.
 * Throws `ERR_INSPECTOR_HAR` for another document.
 */
export function fromHar(store: CaptureStore, document: unknown): { ids: string[]; skipped: number } {
  const har = harSchema.safeParse(document)
  if (!har.success) {
    throw new InspectorError('ERR_INSPECTOR_HAR', 'the document is no HAR: it has no log.entries, or more than 20000')
  }
  const entries = har.data.log.entries.map((entry) => entrySchema.safeParse(entry))
  const captures = entries.filter(({ success }) => success).map(({ data }) => adopt(store, data as Entry))
  return {
    ids: captures.filter(({ isGone }) => !isGone).map(({ id }) => id),
    skipped: entries.length - captures.length,
  }
}

function adopt(store: CaptureStore, { startedDateTime, time, request, response, timings }: Entry): Capture {
  const startedAt = Date.parse(startedDateTime)
  const capture = store.adopt(source, 'http', Number.isNaN(startedAt) ? Date.now() : startedAt)
  capture.imported = true
  // Whoever recorded it may have written anything there.
  capture.remoteAddress = ''
  capture.requestHead = requestHead(request)
  capture.requestEndMs = timings.send
  if (response.status >= 100) {
    capture.responseHead = responseHead(response)
    capture.responseHeadMs = timings.send + timings.wait
    // Its frames are not in a HAR.
    const kind = kindOf(capture.requestHead, capture.responseHead)
    capture.kind = kind === 'sse' ? 'sse' : 'http'
  }
  capture.endMs = time
  capture.state = response.status >= 100 ? 'complete' : 'failed'
  if (capture.state === 'failed') capture.failure = 'ERR_HTTP_NO_RESPONSE'
  const { postData } = request
  keepBody(store, capture, 'request', bytesOf(postData?.text, postData?._encoding), request.bodySize)
  keepBody(store, capture, 'response', bytesOf(response.content.text, response.content.encoding), response.bodySize)
  store.charge(capture, headBytes(capture.requestHead.headers) + headBytes(capture.responseHead?.headers ?? []))
  store.settled(capture)
  return capture
}

function keepBody(store: CaptureStore, capture: Capture, side: 'request' | 'response', bytes: Buffer, size: number) {
  const body = capture.ownBody(side)
  store.charge(capture, store.append(capture, body, bytes))
  body.skip(Math.max(0, size - bytes.length))
}

function requestHead({ method, url, headers }: Entry['request']): RequestHead {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const list = flat(headers)
  return {
    method,
    target: parsed ? parsed.pathname + parsed.search : url,
    minorVersion: 1,
    headers: list,
    host: parsed?.host ?? '',
    framing: 'none',
    contentLength: 0,
    keepAlive: true,
    upgrade: undefined,
    expectContinue: false,
  }
}

function responseHead({ status, statusText, headers }: Entry['response']): ResponseHead {
  return {
    status,
    reason: statusText,
    minorVersion: 1,
    headers: flat(headers),
    framing: 'length',
    contentLength: 0,
    keepAlive: true,
    upgrade: undefined,
    bodyless: false,
  }
}

/** Pseudo headers of HTTP/2 are no headers. */
function flat(headers: Entry['request']['headers']): HeaderList {
  return headers.filter(({ name }) => !name.startsWith(':')).flatMap(({ name, value }) => [name, value])
}

function bytesOf(text: string | undefined, encoding: string | undefined): Buffer {
  return text === undefined ? Buffer.alloc(0) : Buffer.from(text, encoding === 'base64' ? 'base64' : 'utf8')
}
