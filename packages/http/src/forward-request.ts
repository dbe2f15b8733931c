import { isName, looksLikeName } from './field-name.ts'
import { listMembers } from './fields.ts'
import { type ForwardedFacts, ForwardedFields } from './forwarded.ts'
import type { HeaderList, RequestHead } from './head.ts'
import { connectionNames, isHopByHop } from './hop-by-hop.ts'
import { isIdentityField } from './identity-field.ts'
import { originForm } from './request-target.ts'
import { serializeFields } from './serialize.ts'

/** What the head says on its next leg where that differs from its last. */
export interface RequestChanges {
  /**
   * What `Host` becomes; the original goes on as `X-Original-Host`.
   *
   * @default the head's own host
   */
  hostHeader?: string
  /**
   * How the body goes on.
   *
   * @default as it came
   */
  framing?: RequestHead['framing']
  /**
   * The body's length in bytes, if `framing` is `length`.
   *
   * @default the head's own contentLength
   */
  contentLength?: number
  /** Fields that the proxy itself sets, valid already: they come last, and the rules for a client's fields do not touch them. */
  added?: HeaderList
}

export interface ForwardRequestFacts extends ForwardedFacts, RequestChanges {}

/**
 * The head as the first proxy that it meets sends it on, ready for `socket.write(head, 'latin1')`, on a connection that lives on.
 * Order, case and duplicates stay. Hop-by-hop fields, the fields that `Connection` names, and identity fields (`tunnel-auth-*`, `ngrok-mtls-*` …)
 * go; `X-Forwarded-*` are set; framing and `Host` are written from what was decoded, once.
 *
 * @see RFC 9110 §7.6
 */
export function forwardRequestHead(head: RequestHead, facts: ForwardRequestFacts): string {
  const dropped = connectionNames(head.headers)
  return writeRequestHead(head, facts, dropped, new ForwardedFields(head, facts, dropped))
}

/** The head as a later proxy of the same system passes it on: `X-Forwarded-*` and identity fields are the first one's word, and stay. */
export function relayRequestHead(head: RequestHead, changes: RequestChanges = {}): string {
  return writeRequestHead(head, changes, connectionNames(head.headers), undefined)
}

function writeRequestHead(
  head: RequestHead,
  changes: RequestChanges,
  dropped: Set<string> | undefined,
  forwarded: ForwardedFields | undefined,
): string {
  const { headers } = head
  const framing = changes.framing ?? head.framing
  const lengthLine = framing === 'length' ? `: ${changes.contentLength ?? head.contentLength}\r\n` : ''
  const hostLine = `: ${changes.hostHeader ?? head.host}\r\n`
  let fields = ''
  let hasHost = false
  let hasLength = false
  let takesTrailers = false
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at]!
    const value = headers[at + 1]!
    if (isName(name, 'host')) {
      if (!hasHost) fields += name + hostLine
      hasHost = true
    } else if (isName(name, 'content-length')) {
      if (!hasLength && lengthLine !== '') fields += name + lengthLine
      hasLength = true
    } else if (isName(name, 'te')) {
      takesTrailers ||= listMembers(value).some((coding) => isName(coding, 'trailers'))
    } else if (isName(name, 'trailer')) {
      if (framing === 'chunked') fields += `${name}: ${value}\r\n`
    } else if (forwarded?.owns(name)) {
      fields += forwarded.takeLine(name, value)
    } else if (isPassedOn(name, changes, dropped, forwarded)) {
      fields += `${name}: ${value}\r\n`
    }
  }
  const start = `${head.method} ${originForm(head.method, head.target)} HTTP/1.1\r\n`
  let last = forwarded?.takeRemainingLines() ?? ''
  if (changes.hostHeader !== undefined) last += `X-Original-Host: ${head.host}\r\n`
  if (!hasLength && lengthLine !== '') last += `Content-Length${lengthLine}`
  if (framing === 'chunked') last += 'Transfer-Encoding: chunked\r\n'
  last += connectionLines(head.upgrade, takesTrailers) + serializeFields(changes.added ?? [])
  return `${start}${hasHost ? '' : `Host${hostLine}`}${fields}${last}\r\n`
}

function isPassedOn(
  name: string,
  changes: RequestChanges,
  dropped: Set<string> | undefined,
  forwarded: ForwardedFields | undefined,
): boolean {
  if (isHopByHop(name) || dropped?.has(name.toLowerCase())) return false
  if (changes.hostHeader !== undefined && looksLikeName(name, 'x-original-host')) return false
  return forwarded === undefined || !isIdentityField(name)
}

/** RFC 9110 §10.1.4: TE goes with a connection option of its name. */
function connectionLines(upgrade: string | undefined, takesTrailers: boolean): string {
  const te = takesTrailers ? 'TE: trailers\r\n' : ''
  if (upgrade === undefined) return takesTrailers ? `${te}Connection: TE\r\n` : ''
  return `${te}Upgrade: ${upgrade}\r\nConnection: upgrade${takesTrailers ? ', TE' : ''}\r\n`
}
