import type { HeaderList } from './head.ts'
import { connectionNames, isHopByHop } from './hop-by-hop.ts'

/**
 * HTTP/1.1 fields as HTTP/2 libraries take them: an object without a prototype, names in lower case, nothing that belongs to the HTTP/1.1
 * connection. Repeated fields are joined, which means the same (RFC 9110 §5.3) and which libraries insist on; `set-cookie` alone is a list.
 *
 * @see RFC 9113 §8.2
 */
export function http2Fields(fields: HeaderList): Record<string, string | string[]> {
  // Without a prototype, fields may be called `constructor` as well.
  const result = Object.create(null) as Record<string, string | string[]>
  const dropped = connectionNames(fields)
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at]!.toLowerCase()
    if (isOfConnection(name) || dropped?.has(name)) continue
    const value = fields[at + 1]!
    const before = result[name]
    if (name === 'set-cookie') result[name] = before === undefined ? [value] : [...before, value]
    else result[name] = before === undefined ? value : `${before as string}${name === 'cookie' ? '; ' : ', '}${value}`
  }
  return result
}

/** Whether a field has no place in HTTP/2. `trailer` only announces, and HTTP/2 has trailers as well. */
export function isOfConnection(name: string): boolean {
  return isHopByHop(name) && name !== 'trailer'
}
