import { type CryptoKey, importJWK, type JWK } from 'jose'
import { BoundedMap } from './bounded-map.ts'
import { fetchWithin, type PolicyClock, type PolicyFetch } from './policy-fetch.ts'

export interface JwksCacheOptions {
  /**
   * How long a key set is used before it is fetched again, in milliseconds.
   *
   * @default 15 min
   */
  maxAgeMs?: number
  /**
   * How long a key set whose server fails is used on, in milliseconds.
   *
   * @default 1 h
   */
  maxStaleMs?: number
  /**
   * The least time between two fetches of one URL, in milliseconds, whatever tokens name keys that are not known.
   *
   * @default 30 s
   */
  minRefetchIntervalMs?: number
  /**
   * The same where there is no key set to go on with.
   *
   * @default 1 s
   */
  minRetryIntervalMs?: number
  /** @default 5 s */
  fetchTimeoutMs?: number
  /** @default 1 MiB */
  maxBodyBytes?: number
  /**
   * Keys of one set; further ones are not read.
   *
   * @default 100
   */
  maxKeys?: number
  /**
   * Key sets; beyond it the one unused longest goes.
   *
   * @default 1000
   */
  maxKeySets?: number
}

/** A public key of a set, imported for an algorithm when it is first used. */
export interface VerificationKey {
  readonly jwk: JWK
  import(algorithm: string): Promise<CryptoKey | undefined>
}

export interface JwksCache {
  /**
   * The keys at a URL, `undefined` if they cannot be had.
   *
   * @param isUnknownKey Whether the known set lacked a key: it is fetched again then, unless that was a moment ago.
   */
  keys(url: string, isUnknownKey: boolean): Promise<readonly VerificationKey[] | undefined>
}

interface Entry {
  keys: readonly VerificationKey[] | undefined
  keysAt: number
  triedAt: number
  fetching: Promise<void> | undefined
}

/**
 * Key sets by URL. One fetch at a time for each; a server that fails leaves the set that there is in use for a while.
 *
 * @see Reference §7.4
 */
export function createJwksCache(fetch: PolicyFetch, clock: PolicyClock, options: JwksCacheOptions = {}): JwksCache {
  const {
    maxAgeMs = 15 * 60_000,
    maxStaleMs = 60 * 60_000,
    minRefetchIntervalMs = 30_000,
    minRetryIntervalMs = 1000,
  } = options
  const { fetchTimeoutMs = 5000, maxBodyBytes = 1024 * 1024, maxKeys = 100, maxKeySets = 1000 } = options
  const entries = new BoundedMap<string, Entry>(maxKeySets)

  const refetch = async (url: string, entry: Entry) => {
    try {
      const headers = ['host', new URL(url).host, 'accept', 'application/json, application/jwk-set+json']
      const request = { method: 'GET', url, headers, body: undefined }
      const { status, body } = await fetchWithin(fetch, clock, request, { maxBodyBytes, timeoutMs: fetchTimeoutMs })
      if (status !== 200) return
      entry.keys = keysOf(JSON.parse(body.toString('utf8')) as unknown, maxKeys)
      entry.keysAt = clock.now()
    } catch {
      // The set that there is stays in use; without one the token is refused.
    } finally {
      entry.fetching = undefined
    }
  }

  return {
    async keys(url, isUnknownKey) {
      const entry = entries.get(url) ?? {
        keys: undefined,
        keysAt: 0,
        triedAt: Number.NEGATIVE_INFINITY,
        fetching: undefined,
      }
      entries.set(url, entry)
      const isDue = isUnknownKey || entry.keys === undefined || clock.now() - entry.keysAt >= maxAgeMs
      const minIntervalMs = entry.keys === undefined ? minRetryIntervalMs : minRefetchIntervalMs
      if (isDue && entry.fetching === undefined && clock.now() - entry.triedAt >= minIntervalMs) {
        entry.triedAt = clock.now()
        entry.fetching = refetch(url, entry)
      }
      if (isDue) await entry.fetching
      return clock.now() - entry.keysAt < maxAgeMs + maxStaleMs ? entry.keys : undefined
    },
  }
}

/** @throws TypeError if the text is no key set. */
function keysOf(set: unknown, maxKeys: number): VerificationKey[] {
  const keys = typeof set === 'object' && set !== null && 'keys' in set ? set.keys : undefined
  if (!Array.isArray(keys)) throw new TypeError('no key set')
  return keys.filter(isPublicJwk).slice(0, maxKeys).map(verificationKey)
}

/** A secret in a key set would make everyone who can read it a signer. */
function isPublicJwk(key: unknown): key is JWK {
  return typeof key === 'object' && key !== null && 'kty' in key && key.kty !== 'oct' && !('d' in key)
}

function verificationKey(jwk: JWK): VerificationKey {
  const imported = new Map<string, Promise<CryptoKey | undefined>>()
  return {
    jwk,
    import(algorithm) {
      const known = imported.get(algorithm)
      if (known !== undefined) return known
      // `importJWK` gives bytes for `oct` alone, which no key here is.
      const importing = importJWK(jwk, algorithm).then(
        (key) => key as CryptoKey,
        () => undefined,
      )
      imported.set(algorithm, importing)
      return importing
    },
  }
}
