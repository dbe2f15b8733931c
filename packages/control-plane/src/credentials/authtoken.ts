import { createHash, timingSafeEqual } from 'node:crypto'
import { ksuid, randomBase62 } from './ksuid.ts'

const SECRET_DIGITS = 21
const ID_PREFIX = 'cr_'

/** A token that nobody has yet: `<27 base62 (the id)>_<21 base62 (the secret)>`, 125 random bits in the secret. */
export function newAuthtoken(now: number): { id: string; authtoken: string } {
  const suffix = ksuid(now)
  return { id: ID_PREFIX + suffix, authtoken: `${suffix}_${randomBase62(SECRET_DIGITS)}` }
}

/** The id of the credential that a well-formed token belongs to, if it is one of ours. */
export function credentialIdOf(authtoken: string): string {
  return ID_PREFIX + authtoken.slice(0, authtoken.indexOf('_'))
}

/**
 * SHA-256 in hex. A slow hash guards passwords that can be guessed; 125 random bits cannot, and a fast one keeps
 * strangers from making the edge work.
 */
export function hashOf(authtoken: string): string {
  return createHash('sha256').update(authtoken).digest('hex')
}

export function matchesHash(authtoken: string, tokenHash: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(authtoken), 'hex'), Buffer.from(tokenHash, 'hex'))
}
