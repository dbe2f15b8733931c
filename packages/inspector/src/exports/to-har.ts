import { isUtf8 } from 'node:buffer'
import type { HeaderPair } from '../contract/detail.ts'
import type { Capture } from '../store/capture.ts'
import { headerValue } from '../store/capture-kind.ts'
import { pairsOf } from '../view/detail.ts'
import { rounded } from '../view/summary.ts'
import { exportedHeaders, MASK } from './exported-headers.ts'

/** HAR 1.2 of exchanges; connections have no form in it. Secrets are masked unless included. */
export function toHar(captures: readonly Capture[], includeSecrets: boolean): object {
  return {
    log: {
      version: '1.2',
      creator: { name: '@tunnel/inspector', version: '1' },
      entries: captures.filter(({ requestHead }) => requestHead).map((capture) => entryOf(capture, includeSecrets)),
    },
  }
}

function entryOf(capture: Capture, includeSecrets: boolean): object {
  const { startMs, endMs = startMs, responseHeadMs = endMs, requestEndMs = startMs, connectedMs } = capture
  const connect = connectedMs === undefined ? -1 : rounded(connectedMs - startMs)
  const send = rounded(Math.max(0, Math.min(requestEndMs, responseHeadMs) - startMs))
  const wait = rounded(Math.max(0, responseHeadMs - startMs - send))
  const receive = rounded(Math.max(0, endMs - responseHeadMs))
  return {
    startedDateTime: new Date(capture.startedAt).toISOString(),
    time: rounded(send + wait + receive),
    request: requestOf(capture, includeSecrets),
    response: responseOf(capture, includeSecrets),
    cache: {},
    timings: { blocked: -1, dns: -1, connect, send, wait, receive, ssl: -1 },
    ...(capture.remoteAddress !== '' && { _clientIPAddress: capture.remoteAddress }),
    _endpoint: capture.source.name,
    ...(capture.failure !== undefined && { _error: capture.failure }),
  }
}

function requestOf(capture: Capture, includeSecrets: boolean): object {
  const head = capture.requestHead
  if (!head) return {}
  const url = urlOf(capture)
  const { requestBody } = capture
  const body = capture.bodiesHeld ? Buffer.alloc(0) : requestBody.read()
  return {
    method: head.method,
    url,
    httpVersion: `HTTP/1.${head.minorVersion}`,
    cookies: cookiesOf(headerValue(head.headers, 'cookie'), includeSecrets),
    headers: named(exportedHeaders(pairsOf(head.headers), includeSecrets)),
    queryString: queryOf(url),
    headersSize: -1,
    bodySize: requestBody.bytes,
    ...(body.length > 0 && {
      postData: {
        mimeType: headerValue(head.headers, 'content-type'),
        ...(isUtf8(body) ? { text: body.toString() } : { text: body.toString('base64'), _encoding: 'base64' }),
      },
    }),
    ...(requestBody.storedBytes < requestBody.bytes && { _truncated: true }),
  }
}

function responseOf(capture: Capture, includeSecrets: boolean): object {
  const head = capture.responseHead
  const { responseBody } = capture
  const body = capture.bodiesHeld ? Buffer.alloc(0) : responseBody.read()
  return {
    status: head?.status ?? 0,
    statusText: head?.reason ?? '',
    httpVersion: `HTTP/1.${head?.minorVersion ?? 1}`,
    cookies: setCookiesOf(pairsOf(head?.headers ?? []), includeSecrets),
    headers: named(exportedHeaders(pairsOf(head?.headers ?? []), includeSecrets)),
    content: {
      size: responseBody.bytes,
      mimeType: headerValue(head?.headers ?? [], 'content-type'),
      ...(body.length > 0 &&
        (isUtf8(body) ? { text: body.toString() } : { text: body.toString('base64'), encoding: 'base64' })),
    },
    redirectURL: headerValue(head?.headers ?? [], 'location'),
    headersSize: -1,
    bodySize: responseBody.bytes,
    ...(responseBody.storedBytes < responseBody.bytes && { _truncated: true }),
  }
}

/** Where the visitor sent it, as far as it is known: a request names its host, the endpoint its scheme. */
export function urlOf({ requestHead, source }: Capture): string {
  const scheme = source.url.startsWith('http:') ? 'http' : 'https'
  const forwarded = headerValue(requestHead?.headers ?? [], 'x-forwarded-host')
    .split(',')[0]
    ?.trim()
  const host = forwarded || requestHead?.host || 'localhost'
  const target = requestHead?.target ?? '/'
  return target.startsWith('/') ? `${scheme}://${host}${target}` : target
}

const named = (headers: readonly HeaderPair[]) => headers.map(([name, value]) => ({ name, value }))

function queryOf(url: string): object[] {
  if (!URL.canParse(url)) return []
  return [...new URL(url).searchParams].map(([name, value]) => ({ name, value }))
}

function cookiesOf(header: string, includeSecrets: boolean): object[] {
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter(Boolean)
    .map((pair) => {
      const at = pair.indexOf('=')
      return { name: at < 0 ? pair : pair.slice(0, at), value: includeSecrets ? pair.slice(at + 1) : MASK }
    })
}

function setCookiesOf(headers: readonly HeaderPair[], includeSecrets: boolean): object[] {
  const values = headers.filter(([name]) => name.toLowerCase() === 'set-cookie')
  return values.flatMap(([, value]) => cookiesOf(value.split(';')[0] ?? '', includeSecrets))
}
