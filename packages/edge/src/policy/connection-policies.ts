import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import {
  type ConnectionFacts,
  type PolicyConnection,
  type PolicyEvents,
  type TcpOutcome,
  type TlsFacts,
  whenSettled,
} from '@tunnel/traffic-policy'
import { peersOf } from '../peer-address.ts'
import { decideAlike, type EndpointPolicy } from './endpoint-policy.ts'
import { tlsFactsOf } from './tls-facts.ts'

/** Policies that one connection remembers; a connection that has met more begins anew. */
const MAX_POLICIES = 16

/** What a ClientHello tells that the handshake does not. */
export interface HelloFacts {
  readonly sni?: string
  readonly ja4Fingerprint?: string
}

/** The policy's view of a connection that may go on; `closed`: it must end. */
export type Admission = PolicyConnection | 'closed'

/** One visitor connection under the policies of the endpoints that it asks for. */
export class ConnectionPolicies {
  readonly facts: ConnectionFacts
  readonly hello: HelloFacts | undefined
  readonly #admissions = new Map<EndpointPolicy, Admission | Promise<Admission>>()
  #secured: TLSSocket | undefined

  private constructor(facts: (tls: () => TlsFacts | undefined) => ConnectionFacts, hello: HelloFacts | undefined) {
    this.hello = hello
    this.facts = facts(() => tlsFactsOf(this.#secured, hello))
  }

  /** Of a socket; what its `hello` said counts until TLS has ended. */
  static of(socket: Socket, options: { region: string; startedAt: number; hello?: HelloFacts }): ConnectionPolicies {
    const policies = new ConnectionPolicies((tls) => connectionFacts(socket, options, tls), options.hello)
    if (socket instanceof TLSSocket) policies.secured(socket)
    return policies
  }

  /** Of a request that the edge makes itself, over no connection. */
  static without({ clientIp }: { clientIp: string }): ConnectionPolicies {
    const facts = { clientIp, clientPort: 0, serverIp: '', serverPort: 0, startedAt: Date.now() }
    return new ConnectionPolicies(() => facts, undefined)
  }

  /** TLS has ended here: from now on the facts say what the handshake gave. */
  secured(socket: TLSSocket): void {
    this.#secured = socket
  }

  /** The connection under a policy, whose rules for connections run at the first call. */
  admit(policy: EndpointPolicy): Admission | Promise<Admission> {
    return this.#admissions.get(policy) ?? this.#remember(policy, this.#admitFirst(policy))
  }

  /** What the rules for connections of each policy have decided so far; those that closed it say nothing. */
  *events(): Iterable<PolicyEvents> {
    for (const admission of this.#admissions.values())
      if (admission !== 'closed' && !(admission instanceof Promise)) yield admission.events
  }

  /** Its rules for connections have run already, and let it go on. */
  adopt(policy: EndpointPolicy, connection: PolicyConnection): void {
    void this.#remember(policy, connection)
  }

  #admitFirst(policy: EndpointPolicy): Admission | Promise<Admission> {
    const { engine } = policy
    const connection = engine.connection(this.facts)
    if (!engine.has('on_tcp_connect')) return connection
    const alike = this.#admissionUnder(policy)
    if (alike) return whenSettled(alike, (admission) => (admission === 'closed' ? admission : connection))
    const recorder = policy.explain?.connectionRecorder()
    return whenSettled(connection.onTcpConnect(recorder), (outcome) =>
      whenSettled(admissionOf(connection, outcome), (admission) => {
        if (admission === 'closed' && recorder) policy.explain?.connectionOver(recorder.trace)
        return admission
      }),
    )
  }

  /** Endpoints of one address with one document: a connection passes it once. */
  #admissionUnder(policy: EndpointPolicy): Admission | Promise<Admission> | undefined {
    for (const [known, admission] of this.#admissions) if (decideAlike(known, policy)) return admission
    return undefined
  }

  #remember(policy: EndpointPolicy, admission: Admission | Promise<Admission>): Admission | Promise<Admission> {
    if (this.#admissions.size >= MAX_POLICIES) this.#admissions.clear()
    this.#admissions.set(policy, admission)
    if (admission instanceof Promise)
      admission.then(
        (settled) => this.#admissions.set(policy, settled),
        () => {},
      )
    return admission
  }
}

/**
 * Of an HTTP connection whose first request has come: bytes have been read and TLS has ended, so that it can neither go elsewhere nor be
 * given another handshake. That only happens to connections that are older than their policy.
 */
function admissionOf(connection: PolicyConnection, outcome: TcpOutcome): Admission | Promise<Admission> {
  if (outcome.kind === 'continue') return connection
  if (outcome.kind !== 'forward-internal') return 'closed'
  const error = { code: 'ERR_TUNNEL_3200', message: 'the connection speaks HTTP already' }
  return whenSettled(outcome.resume(error), (next) => admissionOf(connection, next))
}

/** The `tls` member is an own accessor: it has to survive being spread. */
function connectionFacts(
  socket: Socket,
  { region, startedAt }: { region: string; startedAt: number },
  tls: () => ConnectionFacts['tls'],
): ConnectionFacts {
  const { visitor, local } = peersOf(socket)
  return {
    clientIp: visitor.address,
    clientPort: visitor.port,
    serverIp: local.address,
    serverPort: local.port,
    serverRegion: region,
    startedAt,
    bytesIn: () => socket.bytesRead,
    bytesOut: () => socket.bytesWritten,
    // The compiler knows no optional accessor.
    get tls() {
      return tls() as TlsFacts
    },
  }
}
