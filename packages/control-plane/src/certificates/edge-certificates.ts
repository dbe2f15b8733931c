import { generateKeyPair, type KeyObject } from 'node:crypto'
import type { SecureContext } from 'node:tls'
import { promisify } from 'node:util'
import type { CertificatePair, CertificateSource, EdgeLog } from '@tunnel/edge'
import type { CertificateAuthority } from './authority.ts'
import { ContextCache } from './context-cache.ts'
import type { KeyType } from './operator-certificate.ts'
import type { OperatorCertificates } from './operator-certificates.ts'
import type { ServedNames } from './served-names.ts'
import { type ServerCertificate, serverCertificate } from './server-certificate.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** A third of a leaf's life: time enough to notice when it fails. */
const RENEW_BEFORE_MS = 30 * DAY_MS

export interface EdgeCertificatesOptions {
  authority: CertificateAuthority
  names: ServedNames
  /** For the names that they have. Left out: the authority signs for all public names. */
  operator?: OperatorCertificates | undefined
  maxCachedCertificates: number
  now: () => number
  log?: Pick<EdgeLog, 'info' | 'warn'> | undefined
}

/**
 * Which certificate answers which name:
 *
 * - the edge's own host, or no name: the authority's own, because agents pin the authority
 * - names that a certificate of the operator's has: that one
 * - other public names: the authority's own, else one signed now for this name
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
  readonly #onDemand: ContextCache<ServerCertificate>
  readonly #keyType: KeyType
  readonly #operator: OperatorCertificates | undefined
  readonly #log: Pick<EdgeLog, 'info' | 'warn'> | undefined
  #own: OwnCertificate

  /** Signs the edge's own certificate, so that there is one from the outset. */
  static async create(options: EdgeCertificatesOptions): Promise<EdgeCertificates> {
    const keyType = options.operator?.keyType ?? 'ec'
    return new EdgeCertificates(options, keyType, await issueOwn(options, keyType))
  }

  private constructor(options: EdgeCertificatesOptions, keyType: KeyType, own: OwnCertificate) {
    this.#authority = options.authority
    this.#names = options.names
    this.#now = options.now
    this.#onDemand = new ContextCache(options.maxCachedCertificates)
    this.#operator = options.operator
    this.#log = options.log
    this.#keyType = keyType
    this.#own = own
  }

  /** The edge's own certificate, for clients that name no server. */
  get fallback(): { cert: string; key: string } {
    return { cert: this.#own.chain, key: this.#own.key }
  }

  /** A promise for names that are signed for on demand: the first handshake waits about 6 ms, later ones for nothing. */
  contextFor(serverName: string): SecureContext | undefined | Promise<SecureContext> {
    const certificate = this.#find(serverName)
    return certificate instanceof Promise ? certificate.then(({ context }) => context) : certificate?.context
  }

  pairFor(serverName: string): CertificatePair | undefined | Promise<CertificatePair> {
    const certificate = this.#find(serverName)
    return certificate instanceof Promise ? certificate.then(pairOf) : certificate && pairOf(certificate)
  }

  #find(serverName: string): ServerCertificate | undefined | Promise<ServerCertificate> {
    if (serverName === this.#names.edgeHost) return this.#own
    const operators = this.#operator?.find(serverName)
    if (operators) return operators
    if (!this.#names.isPublic(serverName)) return undefined
    if (this.#own.covers(serverName)) return this.#own
    return this.#onDemand.get(serverName, () => this.#issueOnDemand(serverName))
  }

  /**
   * Signs the edge's own certificates anew when less than 30 days are left of them, and tells when those end,
   * in milliseconds since the epoch; `undefined` when it was not due.
   */
  async renewIfDue(): Promise<number | undefined> {
    if (this.#own.notAfter - this.#now() >= RENEW_BEFORE_MS) return undefined
    this.#own = await issueOwn({ authority: this.#authority, names: this.#names, now: this.#now }, this.#keyType)
    // These are younger than `#own` was: none has expired, and all are signed anew with the new key.
    this.#onDemand.clear()
    return this.#own.notAfter
  }

  /**
   * Reads the operator's files again and serves what changed from the next handshake on; connections that are open go on.
   * What cannot be used is logged, and the one before stays in service. A key of another type takes a restart.
   */
  async reload(): Promise<void> {
    for (const outcome of (await this.#operator?.reload()) ?? []) {
      const file = outcome.files.certificate
      if ('error' in outcome) {
        this.#log?.warn(
          { file, err: outcome.error },
          'certificate files cannot be used; the ones read before stay in use',
        )
      } else {
        this.#log?.info({ file, notAfter: new Date(outcome.served.notAfter) }, 'certificate file changed')
      }
    }
  }

  async #issueOnDemand(serverName: string): Promise<ServerCertificate> {
    const { publicKey, privateKey } = this.#own.keys
    return serverCertificate(await this.#authority.issue([serverName], publicKey, this.#now()), privateKey)
  }
}

function pairOf({ chain, key }: ServerCertificate): CertificatePair {
  return { cert: chain, key }
}

interface OwnCertificate extends ServerCertificate {
  /** Also those of certificates signed on demand. In memory only: a new start makes new ones. */
  readonly keys: KeyPair
}

interface KeyPair {
  publicKey: KeyObject
  privateKey: KeyObject
}

async function issueOwn(
  { authority, names, now }: Pick<EdgeCertificatesOptions, 'authority' | 'names' | 'now'>,
  keyType: KeyType,
): Promise<OwnCertificate> {
  const keys = await makeKeys(keyType)
  const chain = await authority.issue(names.forOwnCertificate(), keys.publicKey, now())
  return { ...serverCertificate(chain, keys.privateKey), keys }
}

function makeKeys(type: KeyType): Promise<KeyPair> {
  const generate = promisify(generateKeyPair)
  return type === 'ec' ? generate('ec', { namedCurve: 'P-256' }) : generate('rsa', { modulusLength: 2048 })
}
