import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Self-contained proofs that an agent held a name or a session before: `base64url(JSON).base64url(HMAC-SHA-256)`.
 * They survive a restart of the edge as long as the key does. What they prove is bound to a credential, so a stolen one
 * is worth nothing without its authtoken.
 */
export class ResumeTokens {
  readonly #key: Buffer

  /** `key`: at least 32 random bytes that stay the same over restarts. */
  constructor(key: Buffer) {
    if (key.length < 32) throw new RangeError(`resume key of ${key.length} bytes is shorter than 32`)
    this.#key = key
  }

  sign(claims: ResumeClaims): string {
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url')
    return `${body}.${this.#mac(body).toString('base64url')}`
  }

  /** `undefined` for anything that was not signed with this key. */
  verify(token: string): ResumeClaims | undefined {
    const dot = token.indexOf('.')
    if (dot < 0) return undefined
    const body = token.slice(0, dot)
    const given = Buffer.from(token.slice(dot + 1), 'base64url')
    const expected = this.#mac(body)
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
    return JSON.parse(Buffer.from(body, 'base64url').toString()) as ResumeClaims
  }

  #mac(body: string): Buffer {
    return createHmac('sha256', this.#key).update(body).digest()
  }
}

/** `of` says what the token stands for: a session's cookie or an endpoint's address. */
export type ResumeClaims =
  | { of: 'session'; sessionId: string; credentialId: string }
  | { of: 'endpoint'; scheme: string; host: string; port: number; credentialId: string }
