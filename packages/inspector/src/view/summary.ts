import type { CaptureSummary, StoreUsage } from '../contract/summary.ts'
import type { Capture } from '../store/capture.ts'
import { headerValue, mediaType } from '../store/capture-kind.ts'
import type { CaptureStore } from '../store/capture-store.ts'

/** A capture as a row of the list. */
export function summaryOf(capture: Capture): CaptureSummary {
  const { requestHead, responseHead, startMs, endMs, responseHeadMs } = capture
  const isBytes = capture.kind === 'tcp' || capture.kind === 'tls'
  return {
    id: capture.id,
    uri: `/api/captures/${capture.id}`,
    kind: capture.kind,
    state: capture.state,
    endpoint: capture.source.name,
    url: capture.source.url,
    remoteAddress: capture.remoteAddress,
    protocol: isBytes ? capture.kind.toUpperCase() : `HTTP/1.${requestHead?.minorVersion ?? 1}`,
    method: requestHead?.method ?? '',
    path: requestHead?.target ?? '',
    host: requestHead?.host ?? '',
    status: responseHead?.status ?? null,
    reason: responseHead?.reason ?? '',
    grpcStatus: grpcStatusOf(capture),
    contentType: responseHead ? mediaType(responseHead.headers) : '',
    startedAt: new Date(capture.startedAt).toISOString(),
    durationMs: endMs === undefined ? null : rounded(endMs - startMs),
    firstByteMs: responseHeadMs === undefined ? null : rounded(responseHeadMs - startMs),
    requestBytes: capture.requestBody.bytes,
    responseBytes: capture.responseBody.bytes,
    messageCount: capture.messageCount,
    failure: capture.failure ?? null,
    replayOf: capture.replayOf ?? null,
    pinned: capture.pinned,
    truncated: capture.truncated,
    imported: capture.imported,
    note: capture.note,
  }
}

/** Microseconds are as fine as the clock is. */
export const rounded = (ms: number): number => Math.round(ms * 1000) / 1000

export function usageOf(store: CaptureStore, spool: StoreUsage['spool'] = null): StoreUsage {
  return {
    captures: store.size,
    pinned: store.pinnedCount,
    bytes: store.bytes,
    maxBytes: store.limits.maxBytes,
    evicted: store.evicted,
    spool,
  }
}

function grpcStatusOf({ kind, responseHead, responseTrailers }: Capture): number | null {
  if (kind !== 'grpc') return null
  const text = headerValue(responseTrailers ?? responseHead?.headers ?? [], 'grpc-status')
  return /^\d{1,3}$/.test(text) ? Number(text) : null
}
