import type { ConnectionRecord, ExchangeRecord } from '@tunnel/edge'
import type { EventHeaders } from './event-settings.ts'
import { HeaderMaps } from './header-map.ts'
import { isPlain, type JsonTexts } from './json-text.ts'
import { RememberedTexts } from './remembered-texts.ts'
import { type RequestUrl, requestUrl } from './request-url.ts'

type Head = NonNullable<ExchangeRecord['head']>

/** What heads of requests say, as the last members of the request. */
export class RequestParts {
  readonly #headers: HeaderMaps
  readonly #json: JsonTexts
  readonly #hosts = new RememberedTexts(plainText)
  readonly #agents = new RememberedTexts(plainText)

  constructor(headers: EventHeaders, json: JsonTexts) {
    this.#headers = new HeaderMaps(headers, json)
    this.#json = json
  }

  of({ headers, host, method, minorVersion, target }: Head, { kind, tls }: ConnectionRecord): string {
    const scheme = tls ? 'https' : 'http'
    const version = kind === 'http2' ? '2.0' : `1.${minorVersion}`
    const url = `"url":{"host":${this.#text(this.#hosts, host)},${this.#pathMembers(requestUrl(target))},"scheme":"${scheme}"}`
    const agent = this.#text(this.#agents, fieldOf(headers, 'user-agent'))
    const lowerMethod = this.#json.of(method.toLowerCase())
    return `"headers":${this.#headers.of(headers)},"method":${lowerMethod},${url},"user_agent":${agent},"version":"${version}"}`
  }

  #pathMembers({ path, query, raw }: RequestUrl): string {
    if (isPlain(raw)) return `"path":"${path}","query":"${query}","raw":"${raw}"`
    const json = this.#json
    return `"path":${json.of(path)},"query":${json.of(query)},"raw":${json.of(raw)}`
  }

  #text(texts: RememberedTexts, value: string): string {
    return texts.of(value) ?? this.#json.of(value)
  }
}

const plainText = (value: string): string | undefined => (isPlain(value) ? `"${value}"` : undefined)

function fieldOf(headers: readonly string[], name: string): string {
  for (let at = 0; at < headers.length; at += 2) {
    const candidate = headers[at] as string
    if (candidate.length === name.length && candidate.toLowerCase() === name) return headers[at + 1] as string
  }
  return ''
}
