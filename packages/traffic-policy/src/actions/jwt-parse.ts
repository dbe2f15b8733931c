import type { JWTPayload } from 'jose'
import { ActionError } from './action-error.ts'

/** A token read, and nothing of it verified. */
export interface ParsedJwt {
  header: Record<string, unknown>
  payload: JWTPayload
  /** As the token has it, base64url. */
  signature: string
}

/** The longest token, in characters. */
export const MAX_TOKEN_LENGTH = 16 * 1024

const PART = /^[A-Za-z0-9_-]+$/

/**
 * Reads the three parts of a compact JWS. Five parts are a JWE, which is refused.
 *
 * @throws ActionError `ERR_TUNNEL_3416`
 */
export function parseJwt(token: string): ParsedJwt {
  if (token.length > MAX_TOKEN_LENGTH)
    throw new ActionError('ERR_TUNNEL_3416', `token of ${token.length} characters exceeds ${MAX_TOKEN_LENGTH}`)
  const parts = token.split('.')
  const [header, payload, signature] = parts
  if (parts.length !== 3 || header === undefined || payload === undefined || !PART.test(signature ?? ''))
    throw new ActionError('ERR_TUNNEL_3416', 'token does not have three parts')
  return { header: objectOf(header), payload: objectOf(payload), signature: signature! }
}

function objectOf(part: string): Record<string, unknown> {
  if (!PART.test(part)) throw new ActionError('ERR_TUNNEL_3416', 'token has a part that is not base64url')
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch (cause) {
    throw new ActionError('ERR_TUNNEL_3416', 'token has a part that is not JSON', { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ActionError('ERR_TUNNEL_3416', 'token has a part that is not a JSON object')
  return value as Record<string, unknown>
}
