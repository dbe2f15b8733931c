import type {
  CaptureDetail,
  CaptureMessage,
  CaptureSummary,
  HeaderPair,
} from '../../../../../packages/inspector/src/contract.ts'

/** A capture as the mock agent holds it. */
export interface MockCapture {
  readonly detail: CaptureDetail
  readonly requestBody: Buffer
  readonly responseBody: Buffer
  readonly messages: CaptureMessage[]
}

/** What a test says of an exchange; the rest is made up. */
export interface Exchange {
  readonly method?: string
  readonly path?: string
  readonly headers?: HeaderPair[]
  readonly trailers?: HeaderPair[]
  readonly body?: string | Buffer
  readonly status?: number | null
  readonly reason?: string
  readonly responseHeaders?: HeaderPair[]
  readonly responseBody?: string | Buffer
  readonly durationMs?: number | null
  readonly messages?: CaptureMessage[]
  readonly summary?: Partial<CaptureSummary>
  readonly detail?: Partial<CaptureDetail>
}

let counter = 0
const START = Date.parse('2026-11-21T12:00:00Z')

/** Ids as the contract says: the second, then a counter. */
function nextId(): string {
  const second = Math.floor(START / 1000)
    .toString(16)
    .padStart(8, '0')
  return second + (++counter).toString(16).padStart(8, '0')
}

export function capture(exchange: Exchange): MockCapture {
  const requestBody = Buffer.from(exchange.body ?? '')
  const responseBody = Buffer.from(exchange.responseBody ?? '')
  const summary = summaryOf(exchange, requestBody, responseBody)
  const { id, uri } = summary
  const status = summary.status
  const body = (side: 'request' | 'response', bytes: Buffer, headers: readonly HeaderPair[]) => ({
    uri: `${uri}/${side}/body`,
    bytes: bytes.length,
    storedBytes: bytes.length,
    truncated: false,
    contentType: value(headers, 'content-type'),
    contentEncoding: value(headers, 'content-encoding'),
  })
  const requestHeaders: HeaderPair[] = [['Host', summary.host], ['Accept', '*/*'], ...(exchange.headers ?? [])]
  const byteStream = summary.kind === 'tcp' || summary.kind === 'tls'
  const detail: CaptureDetail = {
    ...summary,
    upstream: 'http://localhost:8080',
    request: byteStream
      ? null
      : {
          method: summary.method,
          target: summary.path,
          httpVersion: '1.1',
          headers: requestHeaders,
          trailers: exchange.trailers ?? [],
          body: body('request', requestBody, requestHeaders),
          complete: true,
        },
    informational: [],
    response:
      status === null
        ? null
        : {
            status,
            reason: summary.reason,
            httpVersion: '1.1',
            headers: exchange.responseHeaders ?? [],
            trailers: [],
            body: body('response', responseBody, exchange.responseHeaders ?? []),
            complete: summary.state !== 'open',
          },
    timings: {
      queueMs: 0,
      connectMs: 0.4,
      requestEndMs: 0.6,
      firstByteMs: summary.firstByteMs,
      totalMs: summary.durationMs,
    },
    failureDetail: null,
    policy: [],
    messagesUri: summary.kind === 'http' ? null : `${uri}/messages`,
    canSend: summary.kind === 'websocket' && summary.state === 'open',
    canReplay: !byteStream && !summary.imported,
    replays: [],
    ...exchange.detail,
  }
  return { detail: { ...detail, id }, requestBody, responseBody, messages: exchange.messages ?? [] }
}

function summaryOf(exchange: Exchange, requestBody: Buffer, responseBody: Buffer): CaptureSummary {
  const id = nextId()
  const status = exchange.status === undefined ? 200 : exchange.status
  const durationMs = exchange.durationMs === undefined ? 26.58 : exchange.durationMs
  return {
    id,
    uri: `/api/captures/${id}`,
    kind: 'http',
    state: 'complete',
    endpoint: 'command_line',
    url: 'https://shop.localhost:8443',
    remoteAddress: '192.0.2.7',
    protocol: 'HTTP/1.1',
    method: exchange.method ?? 'GET',
    path: exchange.path ?? '/',
    host: 'shop.localhost:8443',
    status,
    reason: exchange.reason ?? (status === 200 ? 'OK' : ''),
    grpcStatus: null,
    contentType: value(exchange.responseHeaders ?? [], 'content-type').replace(/;.*/, ''),
    startedAt: new Date(START + counter * 250).toISOString(),
    durationMs,
    firstByteMs: durationMs === null ? null : durationMs * 0.8,
    requestBytes: requestBody.length,
    responseBytes: responseBody.length,
    messageCount: exchange.messages?.length ?? 0,
    failure: null,
    replayOf: null,
    pinned: false,
    truncated: false,
    imported: false,
    note: '',
    ...exchange.summary,
  }
}

const value = (headers: readonly HeaderPair[], wanted: string): string =>
  headers.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? ''
