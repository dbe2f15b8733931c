import { isIP } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { HeaderList } from '@tunnel/http'
import type { CertificatePair } from '../ports.ts'
import { identityFields } from './client-identity.ts'
import type { Termination } from './termination.ts'

/** Whose TLS a visitor connection was given: requests for others may not come over it. */
export interface SecuredFor {
  /** SNI, lowercase. `undefined`: the client named no server, or an address, which is no server's name (RFC 6066 §3). */
  readonly serverName: string | undefined
  /** What the visitor had to do, as {@link Termination.demands} says it. */
  readonly demands: string | undefined
  /** The certificate that it was shown, where that is not the edge's own for the name. */
  readonly pair: CertificatePair | undefined
  /** Whom the certificate names that the visitor had to show, for upstreams. */
  readonly identity: HeaderList | undefined
}

export function securedFor(socket: TLSSocket, termination?: Termination): SecuredFor {
  const { servername } = socket
  const named = typeof servername === 'string' ? servername.toLowerCase() : ''
  const serverName = named === '' || isIP(named) !== 0 ? undefined : named
  const certificate = termination && termination.clientCas.length > 0 ? socket.getPeerX509Certificate() : undefined
  return {
    serverName,
    demands: termination?.demands,
    pair: termination?.pair,
    identity: certificate && identityFields(certificate),
  }
}
