import type { CaptureSummary } from '../../../src/contract.ts'

/** How an exchange went, for its colour. */
export type Outcome = 'open' | 'good' | 'moved' | 'refused' | 'bad'

export function outcomeOf({
  state,
  status,
  grpcStatus,
}: Pick<CaptureSummary, 'state' | 'status' | 'grpcStatus'>): Outcome {
  if (state === 'failed' || (grpcStatus !== null && grpcStatus > 0)) return 'bad'
  if (status === null) return state === 'open' ? 'open' : 'good'
  if (status >= 500) return 'bad'
  if (status >= 400) return 'refused'
  return status >= 300 ? 'moved' : 'good'
}

/** `200 OK`; what there is to say where there is no status. */
export function statusLine({ status, reason, state, grpcStatus, failure, kind }: CaptureSummary): string {
  const grpc = grpcStatus === null ? '' : ` · grpc-status ${grpcStatus}`
  const failed = state === 'failed' ? ` · ${failure ?? 'failed'}` : ''
  if (status !== null) return `${status} ${reason}`.trim() + grpc + failed
  if (state === 'failed') return failure ?? 'failed'
  if (kind === 'tcp' || kind === 'tls') return state === 'open' ? 'open' : 'closed'
  return state === 'open' ? 'waiting' : 'no response'
}

/** `GET /path`; a byte stream is named by its protocol. */
export const titleOf = ({ method, path, protocol, remoteAddress }: CaptureSummary): string =>
  method === '' ? `${protocol} ${remoteAddress}`.trim() : `${method} ${path}`
