import type { HeaderList, RequestHead } from '@tunnel/http'
import type { ExchangeTrace } from './edge-observer.ts'

/** The head with the trace's fields in place of its own. */
export function tracedHead(head: RequestHead, { traceparent, tracestate }: ExchangeTrace): RequestHead {
  const headers: HeaderList = []
  for (let at = 0; at < head.headers.length; at += 2) {
    const name = head.headers[at] as string
    if (isReplaced(name, tracestate !== undefined)) continue
    headers.push(name, head.headers[at + 1] as string)
  }
  headers.push('traceparent', traceparent)
  if (tracestate !== undefined && tracestate !== '') headers.push('tracestate', tracestate)
  return { ...head, headers }
}

/** Several are one with commas, which is none that is right. */
export function traceparentOf(headers: HeaderList): string | undefined {
  let found: string | undefined
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] as string
    if (name.length !== 11 || name.toLowerCase() !== 'traceparent') continue
    const value = headers[at + 1] as string
    found = found === undefined ? value : `${found},${value}`
  }
  return found
}

function isReplaced(name: string, replacesState: boolean): boolean {
  if (name.length === 11) return name.toLowerCase() === 'traceparent'
  return replacesState && name.length === 10 && name.toLowerCase() === 'tracestate'
}
