import type { FailureSide } from '../contract/kinds.ts'

/** Codes that the agent's forwarders report, in words. Others are those of `@tunnel/http`: what the upstream said was not HTTP. */
const known: Readonly<Record<string, { side: FailureSide; message: string }>> = {
  ERR_VISITOR_LEFT: { side: 'visitor', message: 'the visitor, or the edge for it, left before the end' },
  ERR_UPSTREAM_BROKE_OFF: { side: 'upstream', message: 'the upstream closed the connection before the end' },
  ERR_TUNNEL_8012: { side: 'upstream', message: 'no connection to the upstream could be made' },
  ERR_HTTP_NO_RESPONSE: { side: 'upstream', message: 'the upstream closed the connection without an answer' },
  ERR_HTTP_EARLY_END: { side: 'upstream', message: 'the upstream closed the connection in the middle of its answer' },
  ERR_INSPECTOR_REPLAY: { side: 'agent', message: 'the replay was broken off' },
}

export function failureDetail(code: string): { code: string; side: FailureSide; message: string } {
  return { code, ...(known[code] ?? { side: 'upstream', message: 'the answer of the upstream was not HTTP/1.1' }) }
}
