import type { StatedEnds } from '../peer-address.ts'

/**
 * What a PROXY protocol header says. Without `ends` it says nothing of a visitor: the sender speaks for itself (a health check), or does not
 * know (`UNKNOWN`, `LOCAL`, an address family without ports), and the connection's own addresses count.
 */
export interface ProxyHeader {
  readonly ends?: StatedEnds
}

/** A header that is not one, or one that this edge does not take. The connection is worth nothing then: nobody knows whose it is. */
export class ProxyHeaderError extends Error {
  override readonly name = 'ProxyHeaderError'
}
