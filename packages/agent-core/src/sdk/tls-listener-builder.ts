import type { Session } from '../session/session.ts'
import { AddressedListenerBuilder } from './addressed-listener-builder.ts'

/** Of `session.tlsEndpoint()`. */
export class TlsListenerBuilder extends AddressedListenerBuilder {
  /** @internal */
  constructor(session: Session) {
    super(session, { proto: 'tls' })
  }

  domain(domain: string): this {
    return this.with({ domain })
  }

  /** PEM of the authorities that vouch for visitors. */
  mutualTlsca(pem: Buffer | Uint8Array | string): this {
    return this.with({ mutual_tls_cas: Buffer.from(pem as Uint8Array) })
  }

  /** PEM of the certificate that visitors see, and its key. TLS ends in this process, which keeps the key. */
  termination(certificate: Buffer | Uint8Array | string, key: Buffer | Uint8Array | string): this {
    return this.with({ crt: Buffer.from(certificate as Uint8Array), key: Buffer.from(key as Uint8Array) })
  }
}
