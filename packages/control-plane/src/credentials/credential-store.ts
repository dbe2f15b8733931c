import type { Credential, CredentialLimits, CredentialSource } from '@tunnel/edge'
import { Acl, isAuthtoken } from '@tunnel/protocol'
import { ControlPlaneError } from '../errors.ts'
import { type ControlPlaneLimits, defaultControlPlaneLimits } from '../limits.ts'
import { credentialIdOf, hashOf, matchesHash, newAuthtoken } from './authtoken.ts'
import type { CredentialsFile, StoredCredential } from './credentials-file.ts'
import { CredentialsOnDisk } from './credentials-on-disk.ts'
import { ksuid } from './ksuid.ts'

/** What may be shown of a credential. */
export interface CredentialRecord extends Credential {
  description: string
  /** ISO 8601. */
  createdAt: string
  acl: readonly string[]
  limits: CredentialLimits
}

/** What a credential may do; everything, where nothing is said. */
export interface CredentialGrants {
  /** Rules of `@tunnel/protocol`'s `Acl`: `bind:*.example.com`. */
  acl?: readonly string[]
  limits?: CredentialLimits
}

export interface CredentialStoreOptions {
  limits?: Partial<ControlPlaneLimits>
  /**
   * How often to look for credentials that another process deleted, in milliseconds, while somebody listens with
   * `onRevoked`. What a call answers never depends on it.
   * @default 1_000
   */
  pollIntervalMs?: number
  now?: () => number
}

/**
 * Credentials in a file that several processes may change: each sees what the others did at its next call.
 * Tokens are kept as hashes.
 */
export class CredentialStore implements CredentialSource {
  readonly #disk: CredentialsOnDisk
  readonly #limits: ControlPlaneLimits
  readonly #pollIntervalMs: number
  readonly #now: () => number
  readonly #revokedListeners = new Set<(credentialId: string) => void>()
  #byId: ReadonlyMap<string, StoredCredential> = new Map()
  #isUntouched = true

  private constructor(path: string, options: CredentialStoreOptions) {
    this.#limits = { ...defaultControlPlaneLimits, ...options.limits }
    this.#pollIntervalMs = options.pollIntervalMs ?? 1000
    this.#now = options.now ?? Date.now
    this.#disk = new CredentialsOnDisk(path, this.#limits, (file) => this.#adopt(file))
  }

  /** Throws `ERR_CONTROL_PLANE_DATA_INVALID` when the file is not one of credentials. Where there is none, the first credential makes it. */
  static async open(path: string, options: CredentialStoreOptions = {}): Promise<CredentialStore> {
    const store = new CredentialStore(path, options)
    await store.#disk.refresh()
    return store
  }

  /** Whether there is no file yet, so that no credential was ever made. */
  get isUntouched(): boolean {
    return this.#isUntouched
  }

  async findByAuthtoken(authtoken: string): Promise<CredentialRecord | undefined> {
    if (!isAuthtoken(authtoken)) return undefined
    await this.#disk.refresh()
    const stored = this.#byId.get(credentialIdOf(authtoken))
    return stored && matchesHash(authtoken, stored.tokenHash) ? recordOf(stored) : undefined
  }

  /** Oldest first. */
  async listCredentials(): Promise<CredentialRecord[]> {
    await this.#disk.refresh()
    return [...this.#byId.values()].map(recordOf)
  }

  /** The token is in this answer and nowhere else. Throws `ERR_CONTROL_PLANE_LIMIT`, or `TunnelError` 600 for a rule that is none. */
  async createCredential(
    description: string,
    { acl = [], limits = {} }: CredentialGrants = {},
  ): Promise<{ credential: CredentialRecord; authtoken: string }> {
    const { maxDescriptionLength, maxCredentials, maxAclRules } = this.#limits
    assertWithin(acl.length, maxAclRules, 'maxAclRules', 'rules')
    new Acl(acl)
    assertWithin(description.length, maxDescriptionLength, 'maxDescriptionLength', 'characters of description')
    const now = this.#now()
    const { id, authtoken } = newAuthtoken(now)
    return this.#disk.change(
      () => emptyFile(now),
      (file) => {
        assertWithin(file.credentials.length + 1, maxCredentials, 'maxCredentials', 'credentials')
        const createdAt = new Date(now).toISOString()
        const { accountId } = file
        const stored = { id, accountId, tokenHash: hashOf(authtoken), description, createdAt, acl: [...acl], limits }
        file.credentials.push(stored)
        return { credential: recordOf(stored), authtoken }
      },
    )
  }

  /** Throws `ERR_CONTROL_PLANE_CREDENTIAL_NOT_FOUND`. */
  async deleteCredential(id: string): Promise<CredentialRecord> {
    await this.#disk.refresh()
    if (!this.#byId.has(id)) throw notFound(id)
    return this.#disk.change(
      () => emptyFile(this.#now()),
      (file) => {
        const stored = file.credentials.find((credential) => credential.id === id)
        // Another process was faster.
        if (!stored) throw notFound(id)
        file.credentials.splice(file.credentials.indexOf(stored), 1)
        return recordOf(stored)
      },
    )
  }

  /** Calls back with the id of each credential that is gone, whichever process deleted it. Returns the way to stop that. */
  onRevoked(listener: (credentialId: string) => void): () => void {
    if (this.#revokedListeners.size === 0) this.#disk.watch(this.#pollIntervalMs)
    this.#revokedListeners.add(listener)
    return () => {
      this.#revokedListeners.delete(listener)
      if (this.#revokedListeners.size === 0) this.#disk.unwatch()
    }
  }

  /** Stops watching. Idempotent. */
  close(): void {
    this.#revokedListeners.clear()
    this.#disk.unwatch()
  }

  #adopt(file: CredentialsFile | undefined): void {
    const before = this.#byId
    this.#isUntouched = file === undefined
    this.#byId = new Map(file?.credentials.map((stored) => [stored.id, stored]))
    for (const id of before.keys()) {
      if (!this.#byId.has(id)) for (const listener of this.#revokedListeners) listener(id)
    }
  }
}

function emptyFile(now: number): CredentialsFile {
  return { version: 1, accountId: `ac_${ksuid(now)}`, credentials: [] }
}

function recordOf({ id, accountId, description, createdAt, acl, limits }: StoredCredential): CredentialRecord {
  return { id, accountId, description, createdAt, acl, limits }
}

function notFound(id: string): ControlPlaneError {
  return new ControlPlaneError('ERR_CONTROL_PLANE_CREDENTIAL_NOT_FOUND', `no credential has the id ${id.slice(0, 80)}`)
}

function assertWithin(value: number, max: number, limit: string, unit: string): void {
  if (value > max) throw new ControlPlaneError('ERR_CONTROL_PLANE_LIMIT', `${value} ${unit} exceed ${limit} ${max}`)
}
