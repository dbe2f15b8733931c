import type { Parameter } from './parameters.ts'

/** What a `cookie` header says (RFC 6265 §4.2.1). */
export function requestCookies(value: string): Parameter[] {
  return value
    .split(';')
    .map((part) => nameAndValue(part))
    .filter(([name, content]) => name !== '' || content !== '')
}

export interface SetCookie {
  readonly name: string
  readonly value: string
  readonly attributes: readonly Parameter[]
}

/** What a `set-cookie` header says (RFC 6265 §4.1.1). */
export function setCookie(value: string): SetCookie {
  const [first = '', ...rest] = value.split(';')
  const [name, content] = nameAndValue(first)
  return { name, value: content, attributes: rest.map((part) => nameAndValue(part)).filter(([one]) => one !== '') }
}

function nameAndValue(part: string): Parameter {
  const equals = part.indexOf('=')
  return equals === -1 ? [part.trim(), ''] : [part.slice(0, equals).trim(), part.slice(equals + 1).trim()]
}
