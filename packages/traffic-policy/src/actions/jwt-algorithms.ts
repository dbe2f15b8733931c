import type { JWK } from 'jose'

/** What a token can be signed with: public keys only. A shared key has no place in a key set that is served. */
export const jwtAlgorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA'],
] as const

const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521', EdDSA: 'Ed25519' }

/** Whether a key can have signed with the algorithm, by what it says of itself. RFC 7517 §4 */
export function isKeyFor(jwk: JWK, algorithm: string): boolean {
  if (jwk.alg !== undefined && jwk.alg !== algorithm) return false
  if (jwk.use !== undefined && jwk.use !== 'sig') return false
  if (Array.isArray(jwk.key_ops) && !jwk.key_ops.includes('verify')) return false
  const curve = CURVES[algorithm]
  if (curve !== undefined) return jwk.kty === (algorithm === 'EdDSA' ? 'OKP' : 'EC') && jwk.crv === curve
  return jwk.kty === 'RSA'
}
