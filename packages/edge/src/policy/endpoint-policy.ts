import type { PolicyEngine } from '@tunnel/traffic-policy'
import type { ArmedExplain } from './armed-explain.ts'

/** The traffic policy of one endpoint, compiled. An update makes another one: what runs ends with the one that it began with. */
export interface EndpointPolicy {
  /** The document: endpoints of one address with the same can stand in for each other. */
  readonly source: string
  readonly engine: PolicyEngine
  /** Whether it has to know the ClientHello of a connection before anything answers it. */
  readonly readsHello: boolean
  /** Who waits for the trace of a request. */
  explain: ArmedExplain | undefined
}

/** Whether what one has let through may go to the other: both decide alike. */
export function decideAlike(one: EndpointPolicy | undefined, other: EndpointPolicy | undefined): boolean {
  return one?.source === other?.source
}
