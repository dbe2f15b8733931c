import type { HeaderList, LocationRewrite } from '@tunnel/http'

/** One request with its response, as the visitor's side of it sees what carries it on. */
export interface VisitorExchange {
  /** All of the request has been handed over. */
  readonly requestEnded: boolean
  readonly responseBegun: boolean
  /** Where a `Location` that names the rewritten Host has to point for the visitor (reference §2.11). */
  readonly locationRewrite: LocationRewrite | undefined
  /** Sends the head on. The visitor has its answer, or will. `wasCounted`: the endpoint's credential has been asked about the request before. */
  begin(wasCounted?: boolean): void
  /** `onFree`: as that of `AgentStream.write`. */
  writeRequestBody(chunk: Buffer, onFree?: () => void): void
  endRequest(trailers: HeaderList | undefined): void
  /** The visitor left: whatever the upstream still says is unwanted. */
  visitorLeft(): void
  /** The visitor reads more slowly than the upstream writes. */
  onVisitorFull(): void
  onVisitorDrain(): void
  /** No byte in either direction for `upstreamIdleTimeoutMs`. */
  timeOut(): void
}
