import { createHash, timingSafeEqual } from 'node:crypto'
import type { HeaderList } from '@tunnel/http'
import type { BasicCredential } from './basic-credential.ts'
import { firstField, textFromField } from './header-fields.ts'

export interface BasicAuthConfig {
  credentials: readonly BasicCredential[]
  /** At most 128 ASCII characters. */
  realm: string
  /** `false` reports and lets every request through. */
  enforce: boolean
}

/** Made once for a configuration, or for each request whose credentials were interpolated. Holds no password. */
export interface BasicAuth {
  readonly realm: string
  readonly enforce: boolean
  readonly digests: readonly Buffer[]
}

export interface BasicAuthResults {
  credentials: { presented: boolean; username: string; authorized: boolean }
}

export interface BasicAuthOutcome {
  /** Whether to answer 401 with `headers`. */
  reject: boolean
  headers: HeaderList
  results: BasicAuthResults
}

const NO_CREDENTIALS = { presented: false, username: '', authorized: false }

export function compileBasicAuth({ credentials, realm, enforce }: BasicAuthConfig): BasicAuth {
  return { realm, enforce, digests: credentials.map(({ username, password }) => digestOf(`${username}:${password}`)) }
}

/**
 * Compares what `Authorization` presents with every pair, in a time that does not depend on which one is near.
 *
 * @see Reference §4.3, RFC 7617
 */
export function basicAuth({ realm, enforce, digests }: BasicAuth, headers: HeaderList): BasicAuthOutcome {
  const presented = presentedPair(headers)
  const credentials =
    presented === undefined
      ? NO_CREDENTIALS
      : { presented: true, username: usernameOf(presented), authorized: isAnyOf(digests, digestOf(presented)) }
  const { authorized } = credentials
  return {
    reject: enforce && !authorized,
    headers: authorized ? [] : ['www-authenticate', `Basic realm="${quoted(realm)}", charset="UTF-8"`],
    results: { credentials },
  }
}

function presentedPair(headers: HeaderList): string | undefined {
  const value = firstField(headers, 'authorization')
  const match = value === undefined ? null : /^basic +([A-Za-z0-9+/_-]+={0,2})$/i.exec(value)
  if (match === null) return undefined
  // Browsers without the charset parameter send latin1, all others UTF-8.
  const pair = textFromField(Buffer.from(match[1]!, 'base64').toString('latin1'))
  return pair.includes(':') ? pair : undefined
}

function usernameOf(pair: string): string {
  return pair.slice(0, pair.indexOf(':'))
}

/** Digests are of one length: a comparison tells nothing of the length of a password. */
function digestOf(pair: string): Buffer {
  return createHash('sha256').update(pair, 'utf8').digest()
}

function isAnyOf(digests: readonly Buffer[], digest: Buffer): boolean {
  let isAny = false
  for (const known of digests) isAny = timingSafeEqual(known, digest) || isAny
  return isAny
}

function quoted(realm: string): string {
  return realm.replace(/["\\]/g, '\\$&')
}
