import type { Session } from '../session/session.ts'
import { AddressedListenerBuilder } from './addressed-listener-builder.ts'

/** Of `session.tcpEndpoint()`. */
export class TcpListenerBuilder extends AddressedListenerBuilder {
  /** @internal */
  constructor(session: Session) {
    super(session, { proto: 'tcp' })
  }

  /** `host:port`. */
  remoteAddr(address: string): this {
    return this.with({ remote_addr: address })
  }
}
