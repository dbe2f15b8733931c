import type { SecureContext } from 'node:tls'

/** Whose authtoken is this. Implemented by the control plane over its storage, by a test over a `Map`. */
export interface CredentialSource {
  /** `undefined` when no live credential has this token. Rejections become a retryable 128 for the agent. */
  findByAuthtoken(authtoken: string): Promise<Credential | undefined>
}

export interface Credential {
  id: string
  accountId: string
  /** What it may put online, as {@link Acl} of `@tunnel/protocol` reads it. @default everything */
  acl?: readonly string[] | undefined
  limits?: CredentialLimits | undefined
}

/** Of all sessions of a credential together; what is left out is unlimited. A minute begins with the first that is counted. */
export interface CredentialLimits {
  /** Beyond: 108. `EdgeLimits.maxSessionsPerCredential` holds as well. */
  maxSessions?: number | undefined
  /** Beyond: 18021. */
  maxEndpoints?: number | undefined
  /** Visitor connections, counted at their first request where they are HTTP. Beyond: 429 (715), or closed. */
  maxConnectionsPerMinute?: number | undefined
  /** Beyond: 429 (734). */
  maxRequestsPerMinute?: number | undefined
  /** To and from agents. Beyond: further requests 429 (719), further connections closed; what runs goes on. */
  maxBytesPerMinute?: number | undefined
}

/** PEM: the certificate with its chain, leaf first, and its key. */
export interface CertificatePair {
  key: string | Buffer
  cert: string | Buffer
}

/** Where certificates come from. */
export interface CertificateSource {
  /** For clients that name no server, agents that dial an address among them. Read at start and again every hour, so that it may be renewed. */
  readonly fallback: CertificatePair
  /**
   * Asked on every TLS handshake that names a server, so answers come from memory wherever they can: a promise delays the
   * handshake that waits for it. `serverName` is lowercase. `undefined`: nobody's name, which gets {@link fallback}.
   */
  contextFor(serverName: string): SecureContext | undefined | Promise<SecureContext | undefined>
  /** The same certificate as PEM, for `tls` endpoints that ask for client certificates: those need a context of their own. */
  pairFor(serverName: string): CertificatePair | undefined | Promise<CertificatePair | undefined>
}

/** Where log records go. The shape is pino's; records never hold a secret. */
export interface EdgeLog {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const silentLog: EdgeLog = { debug() {}, info() {}, warn() {}, error() {} }
