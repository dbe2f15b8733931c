import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { Overload } from '../overload/overload.ts'
import type { ConnectionPolicies, HelloFacts } from './connection-policies.ts'
import type { EndpointPolicy } from './endpoint-policy.ts'
import { ja4Of } from './ja4.ts'
import { type ConnectionPath, PolicedConnection } from './policed-connection.ts'

export interface HelloPath extends ConnectionPath {
  readonly overload: Overload
  /** What a connection is to policies, now that its ClientHello was read, or without TLS its first head. */
  noteHello(socket: Socket, hello: HelloFacts | undefined): ConnectionPolicies
}

/** A TLS connection of which the ClientHello was read and put back. */
export interface HelloedConnection {
  readonly socket: Socket
  readonly serverName: string
  /** Of the ClientHello, without its handshake header. */
  readonly body: Buffer
  /** ALPN where a policy ends TLS. */
  readonly protocols: readonly string[] | undefined
}

/** Runs an endpoint's rules for connections. `goOn` gets the connection if they let it: with a TLS socket where they have ended TLS. */
export function policeHello(
  { socket, serverName, body, protocols }: HelloedConnection,
  endpoint: Endpoint,
  policy: EndpointPolicy,
  path: HelloPath,
  goOn: (secured: TLSSocket | undefined) => void,
): void {
  const policies = path.noteHello(socket, { sni: serverName, ja4Fingerprint: ja4Of(body) })
  if (!policy.engine.has('on_tcp_connect')) return goOn(undefined)
  const connection = new PolicedConnection(socket, endpoint, policy, path, {
    kind: { protocol: 'tls', tls: { serverName } },
    ...(protocols && { protocols }),
    admitted: (admitted) => {
      policies.adopt(policy, admitted.connection)
      goOn(admitted.socket instanceof TLSSocket ? admitted.socket : undefined)
    },
  })
  connection.begin()
}
