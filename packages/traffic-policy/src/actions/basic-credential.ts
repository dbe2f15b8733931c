import { ActionError } from './action-error.ts'

export interface BasicCredential {
  username: string
  password: string
}

/** A field with `${…}` in it: literal texts, and anything else for the expressions between them. */
export type TemplateParts<Expression> = readonly (string | Expression)[]

/** Where a credential is cut in two: in the template, or, if it is one expression, in what that gives. */
export type CredentialTemplate<Expression> =
  | { kind: 'pair'; username: TemplateParts<Expression>; password: TemplateParts<Expression> }
  | { kind: 'whole'; pair: TemplateParts<Expression> }

export const MAX_USERNAME_LENGTH = 128
export const MIN_PASSWORD_LENGTH = 8
export const MAX_PASSWORD_LENGTH = 128

/**
 * Cuts a credential at its first literal colon, so that a colon in an interpolated user name moves nothing into the password.
 *
 * @throws ActionError `ERR_TUNNEL_2257` if there is no literal colon and the field is more than one expression.
 * @see Reference §4.3
 */
export function splitCredentialTemplate<Expression extends object>(
  parts: TemplateParts<Expression>,
): CredentialTemplate<Expression> {
  const at = parts.findIndex((part) => typeof part === 'string' && part.includes(':'))
  const literal = parts[at]
  if (typeof literal === 'string') {
    const colon = literal.indexOf(':')
    return {
      kind: 'pair',
      username: [...parts.slice(0, at), literal.slice(0, colon)].filter((part) => part !== ''),
      password: [literal.slice(colon + 1), ...parts.slice(at + 1)].filter((part) => part !== ''),
    }
  }
  if (parts.length === 1 && typeof parts[0] !== 'string') return { kind: 'whole', pair: parts }
  throw new ActionError('ERR_TUNNEL_2257', 'credential has no colon between user name and password')
}

/** Cuts `user:password` at its first colon. A text without one is a user name that no one can have. */
export function credentialFromPair(pair: string): BasicCredential {
  const colon = pair.indexOf(':')
  return colon < 0
    ? { username: pair, password: '' }
    : { username: pair.slice(0, colon), password: pair.slice(colon + 1) }
}

/**
 * Refuses what RFC 7617 or the length limits do. A credential that was interpolated and does not pass matches no one: leave it out.
 *
 * @throws ActionError `ERR_TUNNEL_2257` for the user name, `ERR_TUNNEL_2258` for the password.
 */
export function assertBasicCredential({ username, password }: BasicCredential): void {
  const userLength = [...username].length
  const passwordLength = [...password].length
  if (userLength < 1 || userLength > MAX_USERNAME_LENGTH)
    throw new ActionError('ERR_TUNNEL_2257', `user name of ${userLength} characters is not 1 to ${MAX_USERNAME_LENGTH}`)
  if (hasControl(username) || username.includes(':'))
    throw new ActionError('ERR_TUNNEL_2257', 'user name has a control character or a colon')
  if (passwordLength < MIN_PASSWORD_LENGTH || passwordLength > MAX_PASSWORD_LENGTH) {
    const range = `${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH}`
    throw new ActionError('ERR_TUNNEL_2258', `password of ${passwordLength} characters is not ${range}`)
  }
  if (hasControl(password)) throw new ActionError('ERR_TUNNEL_2258', 'password has a control character')
}

function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x20 || code === 0x7f) return true
  }
  return false
}
