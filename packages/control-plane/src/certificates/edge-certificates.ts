import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { SecureContext } from 'node:tls'
import type { CertificateSource } from '@tunnel/edge'
import { ControlPlaneError } from '../errors.ts'
import type { CertificateAuthority } from './authority.ts'
import { ContextCache } from './context-cache.ts'
import type { KeyType, OperatorCertificate } from './operator-certificate.ts'
import type { ServedNames } from './served-names.ts'
import { type ServerCertificate, serverCertificate } from './server-certificate.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** A third of a leaf's life: time enough to notice when it fails. */
const RENEW_BEFORE_MS = 30 * DAY_MS

export interface EdgeCertificatesOptions {
  authority: CertificateAuthority
  names: ServedNames
  /** For public names. Left out: the authority signs for them too. */
  operator?: OperatorCertificate | undefined
  maxCachedCertificates: number
  now: () => number
}

/**
 * Which certificate answers which name:
 *
 * - the edge's own host, or no name: the authority's own, because agents pin the authority
 * - public names: the operator's where it covers the name, else the authority's own, else one signed now for this name
 *   (deeper labels than a wildcard covers, and names under a domain of one label, where no client accepts a wildcard)
 * - any other name: none
 *
 * All keys are of one type, the operator's. Node before 24 adds the certificate of an `SNICallback` to the default one
 * instead of putting it in its place, and the client then chooses between them by type.
 */
export class EdgeCertificates implements CertificateSource {
  readonly #authority: CertificateAuthority
  readonly #names: ServedNames
  readonly #now: () => number
  readonly #onDemand: ContextCache
  readonly #keyType: KeyType
  #operator: OperatorCertificate | undefined
  #key: KeyPair
  #own: ServerCertificate

  constructor(options: EdgeCertificatesOptions) {
    this.#authority = options.authority
    this.#names = options.names
    this.#now = options.now
    this.#onDemand = new ContextCache(options.maxCachedCertificates)
    this.#operator = options.operator
    this.#keyType = options.operator?.keyType ?? 'ec'
    this.#key = makeKey(this.#keyType)
    this.#own = this.#issue(this.#names.forOwnCertificate())
  }

  /** The edge's own certificate, for clients that name no server. */
  get fallback(): { cert: string; key: string } {
    return { cert: this.#own.chain, key: this.#own.key }
  }

  /** From memory; signing for a new name takes 2 to 3 ms, once. */
  contextFor(serverName: string): SecureContext | undefined {
    if (serverName === this.#names.edgeHost) return this.#own.context
    if (!this.#names.isPublic(serverName)) return undefined
    if (this.#operator?.covers(serverName)) return this.#operator.context
    if (this.#own.covers(serverName)) return this.#own.context
    return this.#onDemand.get(serverName, () => this.#issue([serverName]).context)
  }

  /** Signs the edge's own certificates anew when less than 30 days are left of them. */
  renewIfDue(): void {
    if (this.#own.notAfter - this.#now() >= RENEW_BEFORE_MS) return
    this.#key = makeKey(this.#keyType)
    this.#own = this.#issue(this.#names.forOwnCertificate())
    // These are younger than `#own` was: none has expired, and all are signed anew with the new key.
    this.#onDemand.clear()
  }

  /**
   * Serves a renewed certificate of the operator's from the next handshake on.
   * Throws `ERR_CONTROL_PLANE_CERTIFICATE_INVALID` when its key is of another type: that takes a restart.
   */
  replaceOperatorCertificate(renewed: OperatorCertificate): void {
    if (renewed.keyType !== this.#keyType) {
      const message = `the new certificate has an ${renewed.keyType} key, the one in use ${this.#keyType}: restart the edge to use it`
      throw new ControlPlaneError('ERR_CONTROL_PLANE_CERTIFICATE_INVALID', message)
    }
    this.#operator = renewed
  }

  #issue(names: [string, ...string[]]): ServerCertificate {
    return serverCertificate(this.#authority.issue(names, this.#key.publicKey, this.#now()), this.#key.privateKey)
  }
}

interface KeyPair {
  publicKey: KeyObject
  privateKey: KeyObject
}

/** In memory only: a new start makes a new key. */
function makeKey(type: KeyType): KeyPair {
  return type === 'ec'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2048 })
}
