import { HttpError } from './errors.ts'
import { isName } from './field-name.ts'
import { listMembers, readFields } from './fields.ts'
import type { RequestHead } from './head.ts'
import type { HeadReader } from './head-reader.ts'
import { assertHost } from './host.ts'
import { type MessageFacts, readFacts } from './message-facts.ts'
import type { RequestLine } from './request-line.ts'
import { authorityOfTarget } from './request-target.ts'

/** The request head that `reader` has read to its end. Throws an HttpError. */
export function requestHeadFrom(reader: HeadReader<RequestLine>): RequestHead {
  const text = reader.text()
  const { methodEnd, targetEnd, minorVersion } = reader.line
  const method = text.slice(0, methodEnd)
  const target = text.slice(methodEnd + 1, targetEnd)
  const headers = readFields(text, reader.fields)
  const authority = authorityOfTarget(method, target)
  const facts = readFacts(headers)
  if (facts.chunked && minorVersion === 0) {
    throw new HttpError('ERR_HTTP_TRANSFER_ENCODING', 'transfer-encoding in an HTTP/1.0 message')
  }
  return {
    method,
    target,
    minorVersion,
    headers,
    host: effectiveHost(facts.host, authority, minorVersion),
    framing: facts.chunked ? 'chunked' : facts.contentLength >= 0 ? 'length' : 'none',
    contentLength: Math.max(facts.contentLength, 0),
    keepAlive: !facts.close && (minorVersion === 1 || facts.keepAlive),
    upgrade: minorVersion === 1 ? offeredUpgrade(facts) : undefined,
    expectContinue: facts.expectContinue && minorVersion === 1,
  }
}

/** RFC 9112 §3.2 lets a proxy overrule Host by the target; refusing a disagreement is the reading that nobody can take otherwise. */
function effectiveHost(host: string | undefined, authority: string | undefined, minorVersion: 0 | 1): string {
  if (host === undefined) {
    if (minorVersion === 1) throw new HttpError('ERR_HTTP_HOST', 'no host field')
    return authority ?? ''
  }
  assertHost(host)
  if (authority !== undefined && authority.toLowerCase() !== host.toLowerCase()) {
    throw new HttpError('ERR_HTTP_HOST', 'the request target and the host field disagree')
  }
  return host
}

function offeredUpgrade(facts: MessageFacts): string | undefined {
  if (!facts.upgradeNamed || facts.upgrade === undefined) return undefined
  return listMembers(facts.upgrade).some((protocol) => isName(protocol, 'h2c')) ? undefined : facts.upgrade
}
