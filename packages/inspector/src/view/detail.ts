import type { HeaderList } from '@tunnel/http'
import type { BodyInfo, CaptureDetail, HeaderPair, Timings } from '../contract/detail.ts'
import type { Capture } from '../store/capture.ts'
import { headerValue, isStreamKind } from '../store/capture-kind.ts'
import { failureDetail } from './failure.ts'
import { rounded, summaryOf } from './summary.ts'

/** A capture whole, but for its bodies. */
export function detailOf(capture: Capture): CaptureDetail {
  const { requestHead, responseHead, startMs } = capture
  const summary = summaryOf(capture)
  return {
    ...summary,
    upstream: capture.source.upstream,
    request: requestHead
      ? {
          method: requestHead.method,
          target: requestHead.target,
          httpVersion: `1.${requestHead.minorVersion}`,
          headers: pairsOf(requestHead.headers),
          trailers: pairsOf(capture.requestTrailers ?? []),
          body: bodyInfo(capture, 'request'),
          complete: capture.requestEndMs !== undefined,
        }
      : null,
    informational: (capture.informational ?? []).map(({ head, atMs }) => ({
      status: head.status,
      reason: head.reason,
      headers: pairsOf(head.headers),
      atMs: rounded(atMs - startMs),
    })),
    response: responseHead
      ? {
          status: responseHead.status,
          reason: responseHead.reason,
          httpVersion: `1.${responseHead.minorVersion}`,
          headers: pairsOf(responseHead.headers),
          trailers: pairsOf(capture.responseTrailers ?? []),
          body: bodyInfo(capture, 'response'),
          complete: capture.state === 'complete',
        }
      : null,
    timings: timingsOf(capture),
    failureDetail: capture.failure === undefined ? null : failureDetail(capture.failure),
    policy: capture.policy ?? [],
    messagesUri: hasMessages(capture) ? `${summary.uri}/messages` : null,
    canSend: capture.kind === 'websocket' && capture.inject !== undefined,
    canReplay: requestHead !== undefined,
    replays: capture.replays ?? [],
  }
}

export function hasMessages(capture: Capture): boolean {
  return isStreamKind(capture.kind) || capture.pieces !== undefined
}

export function pairsOf(headers: HeaderList): HeaderPair[] {
  const pairs: HeaderPair[] = []
  for (let at = 0; at < headers.length; at += 2) pairs.push([headers[at] as string, headers[at + 1] as string])
  return pairs
}

function bodyInfo(capture: Capture, direction: 'request' | 'response'): BodyInfo {
  const { bytes, keptBytes, truncated } = capture.body(direction)
  const headers = (direction === 'request' ? capture.requestHead : capture.responseHead)?.headers ?? []
  return {
    uri: `/api/captures/${capture.id}/${direction}/body`,
    bytes,
    storedBytes: capture.bodiesHeld ? 0 : keptBytes,
    truncated,
    contentType: headerValue(headers, 'content-type'),
    contentEncoding: headerValue(headers, 'content-encoding').toLowerCase(),
  }
}

function timingsOf(capture: Capture): Timings {
  const { kind, startMs, connectedMs, requestEndMs, responseHeadMs, endMs } = capture
  const since = (ms: number | undefined) => (ms === undefined ? null : rounded(ms - startMs))
  const wasOpen = connectedMs === undefined && responseHeadMs !== undefined && kind !== 'tcp' && kind !== 'tls'
  return {
    queueMs: capture.imported || capture.source.sharesConnections ? null : 0,
    connectMs: wasOpen ? 0 : since(connectedMs),
    requestEndMs: since(requestEndMs),
    firstByteMs: since(responseHeadMs),
    totalMs: since(endMs),
  }
}
