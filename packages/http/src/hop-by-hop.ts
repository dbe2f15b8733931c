import { isName } from './field-name.ts'
import { listMembers } from './fields.ts'
import type { HeaderList } from './head.ts'

/**
 * Whether a field speaks of one connection only and ends with it, whatever `Connection` names besides.
 *
 * @see RFC 9110 §7.6.1
 */
export function isHopByHop(name: string): boolean {
  switch (name.length) {
    case 2:
      return isName(name, 'te')
    case 7:
      return isName(name, 'upgrade') || isName(name, 'trailer')
    case 10:
      return isName(name, 'connection') || isName(name, 'keep-alive')
    case 14:
      return isName(name, 'http2-settings')
    case 16:
      return isName(name, 'proxy-connection')
    case 17:
      return isName(name, 'transfer-encoding')
    case 18:
      return isName(name, 'proxy-authenticate')
    case 19:
      return isName(name, 'proxy-authorization')
  }
  return false
}

/** The fields, in lower case, that `Connection` names besides those that are always hop-by-hop; `undefined` if none. */
export function connectionNames(headers: HeaderList): Set<string> | undefined {
  let names: Set<string> | undefined
  for (let at = 0; at < headers.length; at += 2) {
    if (!isName(headers[at]!, 'connection')) continue
    for (const option of listMembers(headers[at + 1]!)) {
      if (isName(option, 'close') || isHopByHop(option)) continue
      names ??= new Set()
      names.add(option.toLowerCase())
    }
  }
  return names
}
