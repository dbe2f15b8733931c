import type { RequestHead } from '@tunnel/http'
import type { PolicyEvents } from '@tunnel/traffic-policy'
import type { Endpoint, EndpointScheme } from '../endpoints/endpoint.ts'
import type { Visitor } from '../http/visitor.ts'
import type { VisitorExchange } from '../http/visitor-exchange.ts'
import type { EdgeLimits } from '../limits.ts'
import type { EdgeLog } from '../ports.ts'

/** Where a policed request can go. */
export interface PolicyPath {
  readonly limits: EdgeLimits
  readonly log: EdgeLog
  /** To the upstream of the endpoint itself. */
  upstreamExchange(visitor: Visitor, endpoint: Endpoint, head: RequestHead): VisitorExchange
  /** To another endpoint, whose own policy it meets. */
  createExchange(visitor: Visitor, endpoint: Endpoint, head: RequestHead, onOver: () => void): VisitorExchange
  routeInternal(accountId: string, scheme: EndpointScheme, host: string, port?: number): Endpoint | undefined
  report(endpoint: Endpoint, clientIp: string, events: PolicyEvents, kind?: 'connection' | 'request'): void
}
