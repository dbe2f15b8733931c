/** `<27 base62 (the id)>_<21 base62 (the secret)>`: edge-and-api.md §5.3. */
const AUTHTOKEN = /^[0-9A-Za-z]{27}_[0-9A-Za-z]{21}$/

/** Whether a string has the shape of an authtoken. Says nothing about its validity (105 against 107). */
export function isAuthtoken(text: string): boolean {
  return AUTHTOKEN.test(text)
}

/** The part of a token that may be shown: never more than this in a log, an event or a page. */
export function redactAuthtoken(token: string): string {
  return `${token.slice(0, 4)}…`
}
