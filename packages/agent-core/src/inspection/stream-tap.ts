import type { ByteInjector } from '@tunnel/http'

/** What a forwarder tells of one stream, chunk by chunk, before it passes the bytes on. */
export interface StreamTap {
  connected(): void
  fromVisitor(chunk: Buffer): void
  fromUpstream(chunk: Buffer): void
  visitorEnded(): void
  upstreamEnded(): void
  /** Nothing more will pass. `code` where that was no proper end. Idempotent. */
  closed(code: string | undefined): void
}

/** Makes the tap of a stream; `undefined` where nobody looks. */
export type OpenTap = (inject: ByteInjector) => StreamTap

/** Why a forwarder says that a stream did not end as it should. Others are an error's own code. */
export const brokenBy = {
  visitor: 'ERR_VISITOR_LEFT',
  upstream: 'ERR_UPSTREAM_BROKE_OFF',
} as const
