import { isSecretField } from '@tunnel/edge'
import { type EventHeaders, MAX_EVENT_HEADERS } from './event-settings.ts'
import { jsonText } from './json-text.ts'

/** In place of a value that is secret. */
export const REDACTED = '[redacted]'

/** Fields of one leg of the way. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding'])

/**
 * A head as events have it (reference edge-and-api.md §9.3), as JSON: a map of lists, names capitalised, values in lower case.
 * `headers`: name, value, name, value …
 */
export function headerMap(headers: readonly string[], mode: EventHeaders): string {
  if (mode === 'none') return '{}'
  const end = Math.min(headers.length, MAX_EVENT_HEADERS * 2)
  const lists = new Map<string, string>()
  for (let at = 0; at < end; at += 2) {
    const name = (headers[at] as string).toLowerCase()
    if (HOP_BY_HOP.has(name)) continue
    const isHidden = mode === 'safe' && isSecretField(name)
    const value = jsonText(isHidden ? REDACTED : (headers[at + 1] as string).toLowerCase())
    const earlier = lists.get(name)
    lists.set(name, earlier === undefined ? value : `${earlier},${value}`)
  }
  let text = ''
  for (const [name, values] of lists) text += `${text === '' ? '' : ','}"${capitalised(name)}":[${values}]`
  return `{${text}}`
}

/** More names than upstreams and visitors commonly have. */
const MAX_NAMES = 1000
const known = new Map<string, string>()

/** `user-agent` as `User-Agent`. Names of fields need no escapes (RFC 9110 §5.6.2). */
function capitalised(name: string): string {
  let text = known.get(name)
  if (text === undefined) {
    text = name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase())
    if (known.size < MAX_NAMES) known.set(name, text)
  }
  return text
}
