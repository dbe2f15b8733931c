import { compactVerify, type JWTPayload } from 'jose'
import { ActionError, type ActionErrorResult, errorResult } from './action-error.ts'
import type { JwksCache, VerificationKey } from './jwks-cache.ts'
import { isKeyFor, jwtAlgorithms } from './jwt-algorithms.ts'
import { locateToken, type TokenRequest, type TokenSource } from './jwt-locate.ts'
import { type ParsedJwt, parseJwt } from './jwt-parse.ts'

/** The fields of the action, interpolated. Reference §4.11 */
export interface JwtValidationConfig {
  /** Compared byte for byte. */
  issuers: readonly string[]
  /** A token must be for one of them; empty if any audience will do. */
  audiences: readonly string[]
  /** All must be there and valid. */
  tokens: readonly TokenSource[]
  allowedAlgorithms: readonly string[]
  jwksUrls: readonly string[]
}

export interface JwtTokenResult {
  header: Record<string, unknown>
  payload: JWTPayload
  signature: string
  location: 'header' | 'body'
  location_property: string
  verified: boolean
}

export interface JwtValidationResults {
  tokens: JwtTokenResult[]
  error?: ActionErrorResult
}

export interface JwtValidationOutcome {
  /** What to answer with; `undefined` if all tokens are valid. A 401 also has `www-authenticate: Bearer`. */
  error: ActionError | undefined
  results: JwtValidationResults
}

export interface JwtPorts {
  jwks: JwksCache
  /** Milliseconds since 1970. */
  now(): number
}

/** How far the clocks of issuer and edge may be apart, in seconds. */
export const CLOCK_LEEWAY_SECONDS = 60

/** Keys that one token is checked against: what a stranger can make the edge compute. */
export const MAX_SIGNATURE_CHECKS = 20

const SUPPORTED: ReadonlySet<string> = new Set(jwtAlgorithms)

/**
 * Validates every token of a request. What cannot be decided is refused: a key set that cannot be had, an algorithm that is not known.
 *
 * @see Reference §7.4, RFC 7519, RFC 8725
 */
export async function validateJwts(
  config: JwtValidationConfig,
  request: TokenRequest,
  ports: JwtPorts,
): Promise<JwtValidationOutcome> {
  const tokens: JwtTokenResult[] = []
  try {
    if (config.tokens.length === 0) throw new ActionError('ERR_TUNNEL_3401', 'no token is asked for')
    for (const source of config.tokens) {
      const token = locateToken(source, request)
      const parsed = parseJwt(token)
      const result = { ...parsed, location: source.method, location_property: source.name, verified: false }
      tokens.push(result)
      await assertValid(token, parsed, source, config, ports)
      result.verified = true
    }
    return { error: undefined, results: { tokens } }
  } catch (cause) {
    const error = cause instanceof ActionError ? cause : invalid('token cannot be validated', cause)
    return { error, results: { tokens, error: errorResult(error) } }
  }
}

async function assertValid(
  token: string,
  { header, payload }: ParsedJwt,
  source: TokenSource,
  config: JwtValidationConfig,
  ports: JwtPorts,
): Promise<void> {
  const algorithm = header.alg
  if (typeof algorithm !== 'string' || !config.allowedAlgorithms.includes(algorithm) || !SUPPORTED.has(algorithm))
    throw invalid('algorithm of the token is not allowed')
  if (source.type === 'at+jwt' && !isAccessTokenType(header.typ)) throw invalid('typ of the token is not at+jwt')
  // Before any key is fetched: what an issuer that is not allowed signed costs nothing.
  assertClaims(payload, config, ports.now() / 1000)
  const kid = typeof header.kid === 'string' ? header.kid : undefined
  if (!(await isSigned(token, algorithm, kid, config.jwksUrls, ports.jwks)))
    throw invalid('signature of the token is not by a known key')
}

function isAccessTokenType(typ: unknown): boolean {
  return typeof typ === 'string' && ['at+jwt', 'application/at+jwt'].includes(typ.toLowerCase())
}

function assertClaims(payload: JWTPayload, { issuers, audiences }: JwtValidationConfig, nowSeconds: number): void {
  const { iss, aud, exp, nbf } = payload as Record<string, unknown>
  if (typeof iss !== 'string' || !issuers.includes(iss)) throw invalid('issuer of the token is not allowed')
  const isForUs = Array.isArray(aud) ? audiences.some((one) => aud.includes(one)) : audiences.includes(aud as string)
  if (audiences.length > 0 && !isForUs) throw invalid('audience of the token is not allowed')
  if (exp !== undefined && !(typeof exp === 'number' && exp + CLOCK_LEEWAY_SECONDS > nowSeconds))
    throw invalid('token has expired')
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf - CLOCK_LEEWAY_SECONDS <= nowSeconds))
    throw invalid('token is not valid yet')
}

/** The sets as they are known first, then once more with those that were fetched anew for a key that none has. */
async function isSigned(
  token: string,
  algorithm: string,
  kid: string | undefined,
  urls: readonly string[],
  jwks: JwksCache,
): Promise<boolean> {
  const tried = new Set<VerificationKey>()
  let isAnyReached = false
  for (const isUnknownKey of [false, true]) {
    let isNamed = false
    for (const url of urls) {
      const keys = await jwks.keys(url, isUnknownKey)
      if (keys === undefined) continue
      isAnyReached = true
      isNamed ||= kid !== undefined && keys.some(({ jwk }) => jwk.kid === kid)
      for (const key of candidates(keys, algorithm, kid)) {
        if (tried.has(key)) continue
        if (tried.size >= MAX_SIGNATURE_CHECKS) return false
        tried.add(key)
        if (await isSignedBy(key, token, algorithm)) return true
      }
    }
    if (isNamed) return false
  }
  if (!isAnyReached) throw new ActionError('ERR_TUNNEL_3422', 'key sets cannot be fetched')
  return false
}

/** The keys of that name if there are any, otherwise all. */
function candidates(keys: readonly VerificationKey[], algorithm: string, kid: string | undefined): VerificationKey[] {
  const compatible = keys.filter(({ jwk }) => isKeyFor(jwk, algorithm))
  const named = kid === undefined ? [] : compatible.filter(({ jwk }) => jwk.kid === kid)
  return named.length > 0 ? named : compatible
}

async function isSignedBy(key: VerificationKey, token: string, algorithm: string): Promise<boolean> {
  const imported = await key.import(algorithm)
  if (imported === undefined) return false
  try {
    await compactVerify(token, imported, { algorithms: [algorithm] })
    return true
  } catch {
    return false
  }
}

function invalid(message: string, cause?: unknown): ActionError {
  return new ActionError('ERR_TUNNEL_3403', message, { cause })
}
