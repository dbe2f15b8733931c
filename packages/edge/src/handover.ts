import { closeSync } from 'node:fs'
import type { Server } from 'node:net'
import type { AgentSession } from './agent-session.ts'
import type { Endpoint } from './endpoints/endpoint.ts'

/** Which listening socket: public HTTP, public HTTPS, or the port of a TCP endpoint. */
export type ListenerRole = 'http' | 'https' | `tcp:${number}`

/** An endpoint that is online at the edge that goes, as plain data. */
export type HandedEndpoint = Omit<Endpoint, 'session' | 'termination' | 'policy' | 'pool' | 'meter' | 'running'> & {
  /** The document of its traffic policy. */
  readonly trafficPolicy?: string
  readonly session: Pick<AgentSession, 'id' | 'credentialId' | 'accountId' | 'remoteAddress'>
}

/** Addresses that nobody else may have, though their agents are not here yet. */
export interface HandedNames {
  readonly endpoints: readonly HandedEndpoint[]
  /** Kept for the agents of lost sessions. */
  readonly holds: readonly { readonly key: string; readonly credentialId: string }[]
}

/** What an edge takes over from a process that runs: listening sockets, as file descriptors of its own, and names. */
export interface Inheritance {
  readonly listeners: ReadonlyMap<ListenerRole, number>
  readonly names: HandedNames
}

export function tcpRole(port: number): ListenerRole {
  return `tcp:${port}`
}

/**
 * The file descriptor of a listening socket, for a child to inherit; `undefined` where there is none (Windows).
 * Node hides it, but a descriptor is the only form in which a child can have a socket without accepting on it yet.
 */
export function descriptorOf(server: Server): number | undefined {
  const { fd = -1 } = (server as unknown as { _handle: { fd?: number } | null })._handle ?? {}
  return fd >= 0 ? fd : undefined
}

export function handedEndpoint(endpoint: Endpoint): HandedEndpoint {
  const {
    session,
    policy,
    termination: _termination,
    pool: _pool,
    meter: _meter,
    running: _running,
    ...plain
  } = endpoint
  const { id, credentialId, accountId, remoteAddress } = session
  const trafficPolicy = policy && { trafficPolicy: policy.source }
  return { ...plain, ...trafficPolicy, session: { id, credentialId, accountId, remoteAddress } }
}

/** An endpoint whose agent is on its way: nothing can be sent to it. Its policy is not compiled yet. */
export function awaitedEndpoint({ trafficPolicy: _document, ...handed }: HandedEndpoint): Endpoint {
  const session: AgentSession = {
    ...handed.session,
    gone: Promise.resolve(),
    isAlive: () => Promise.resolve(false),
    openStream: () => {
      throw new Error('the agent of a handed endpoint is not here')
    },
    leave() {},
    close() {},
  }
  return {
    ...handed,
    termination: undefined,
    policy: undefined,
    pool: undefined,
    meter: undefined,
    running: 0,
    session,
  }
}

/** Sockets that nobody claimed: visitors would wait in them for ever. */
export function closeDescriptors(descriptors: Iterable<number>): void {
  for (const fd of descriptors) {
    try {
      closeSync(fd)
    } catch {
      // It was closed already.
    }
  }
}
