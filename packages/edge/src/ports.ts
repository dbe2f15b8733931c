import type { SecureContext } from 'node:tls'

/** Whose authtoken is this. Implemented by the control plane over its storage, by a test over a `Map`. */
export interface CredentialSource {
  /** `undefined` when no live credential has this token. Rejections become a retryable 128 for the agent. */
  findByAuthtoken(authtoken: string): Promise<Credential | undefined>
}

export interface Credential {
  id: string
  accountId: string
}

/** Where certificates come from. */
export interface CertificateSource {
  /** For clients that name no server, agents that dial an address among them. Read at start and again every hour, so that it may be renewed. */
  readonly fallback: { key: string | Buffer; cert: string | Buffer }
  /**
   * Asked on every TLS handshake that names a server, so answers come from memory wherever they can: a promise delays the
   * handshake that waits for it. `serverName` is lowercase. `undefined` refuses the handshake.
   */
  contextFor(serverName: string): SecureContext | undefined | Promise<SecureContext | undefined>
}

/** Where log records go. The shape is pino's; records never hold a secret. */
export interface EdgeLog {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const silentLog: EdgeLog = { debug() {}, info() {}, warn() {}, error() {} }
