import type { PolicyEvents, PolicyPorts } from '@tunnel/traffic-policy'

/** What traffic policies have at this edge. Without any of it they decide with what the connection and the request say. */
export interface PolicyOptions
  extends Pick<
    PolicyPorts,
    'lookUpIp' | 'parseUserAgent' | 'secret' | 'ipPolicy' | 'certificateAuthority' | 'reportAbuseUrl'
  > {
  /**
   * Hosts that `http-request` may reach besides the account's own internal endpoints: a name, `*.` with a name for those below it, `*` for
   * all. Key sets and the like are fetched from wherever a policy says.
   * @default none
   */
  requestHosts?: readonly string[]
  /**
   * Whether requests of policies may go to addresses that are not public: loopback, private networks, link-local ones. A policy comes from
   * an agent, and what is near the edge is mostly not meant for it.
   * @default false
   */
  allowPrivateAddresses?: boolean
  /** Told once what the policy of an endpoint decided about a connection or request. @default its `log` actions go to the edge's log */
  onEvents?(report: PolicyReport): void
}

export interface PolicyReport {
  readonly kind: 'connection' | 'request'
  readonly endpointId: string
  readonly endpointUrl: string
  readonly clientIp: string
  readonly events: PolicyEvents
}
