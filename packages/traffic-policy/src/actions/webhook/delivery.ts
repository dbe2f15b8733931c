import type { HeaderList } from '@tunnel/http'

/** A request that a webhook provider made, exactly as it came. */
export interface WebhookDelivery {
  method: string
  /** As the client asked for it, before any rewrite: `https://host/raw-path?raw-query`, a default port left out. */
  url: string
  headers: HeaderList
  body: Buffer
}

/** `path?query` as the client sent it. */
export function targetOfDelivery({ url }: WebhookDelivery): string {
  const slash = url.indexOf('/', url.indexOf('://') + 3)
  return slash < 0 ? '/' : url.slice(slash)
}

/** The query without its `?`; empty if there is none. */
export function queryOf(url: string): string {
  const at = url.indexOf('?')
  return at < 0 ? '' : url.slice(at + 1)
}

export function withoutQuery(url: string): string {
  const at = url.indexOf('?')
  return at < 0 ? url : url.slice(0, at)
}

/** A form's fields in their order, decoded. Fields beyond the limit make it no form. */
export function formFields(text: string): [name: string, value: string][] | undefined {
  if (text === '') return []
  const pairs = text.split('&', MAX_FORM_FIELDS + 1)
  if (pairs.length > MAX_FORM_FIELDS) return undefined
  try {
    return pairs.map((pair) => {
      const equals = pair.indexOf('=')
      return equals < 0 ? [decode(pair), ''] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))]
    })
  } catch {
    return undefined
  }
}

/** Fields of a form that a signature covers. */
const MAX_FORM_FIELDS = 1000

/** The largest body that is read as JSON, in bytes: it is read before anyone knows who sent it. */
const MAX_JSON_BYTES = 1024 * 1024

/** The JSON object that the body is, `undefined` if it is none. */
export function jsonBody({ body }: WebhookDelivery): Record<string, unknown> | undefined {
  if (body.length > MAX_JSON_BYTES) return undefined
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** By code unit: what sorting does in the providers' own clients for the names that occur. */
export function byName([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one < other ? -1 : one > other ? 1 : 0
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}
