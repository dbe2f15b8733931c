import type { ConnectionRecord, ExchangeRecord } from '@tunnel/edge'
import type { EventHeaders } from './event-settings.ts'
import { headerMap } from './header-map.ts'
import { jsonText } from './json-text.ts'
import { requestUrl } from './request-url.ts'

type Head = NonNullable<ExchangeRecord['head']>

/** What the head of a request says, as the last members of the request. */
export function requestPart(head: Head, { kind, tls }: ConnectionRecord, mode: EventHeaders): string {
  const { path, query, raw } = requestUrl(head.target)
  const scheme = tls ? 'https' : 'http'
  const version = kind === 'http2' ? '2.0' : `1.${head.minorVersion}`
  const url = `{"host":${jsonText(head.host)},"path":${jsonText(path)},"query":${jsonText(query)},"raw":${jsonText(raw)},"scheme":"${scheme}"}`
  const agent = jsonText(fieldOf(head.headers, 'user-agent'))
  const method = jsonText(head.method.toLowerCase())
  return `"headers":${headerMap(head.headers, mode)},"method":${method},"url":${url},"user_agent":${agent},"version":"${version}"}`
}

function fieldOf(headers: readonly string[], name: string): string {
  for (let at = 0; at < headers.length; at += 2) {
    const candidate = headers[at] as string
    if (candidate.length === name.length && candidate.toLowerCase() === name) return headers[at + 1] as string
  }
  return ''
}
