import { consistsOf, FIELD_VALUE, TOKEN } from './bytes.ts'
import { HttpError } from './errors.ts'

/**
 * Refuses a field that a decoder would refuse: for heads made from anything but a decoder (HTTP/2, a policy, a REST call).
 *
 * @throws HttpError `ERR_HTTP_HEADER_NAME` or `ERR_HTTP_HEADER_VALUE`
 */
export function validateHeader(name: string, value: string): void {
  assertHeaderName(name)
  assertHeaderValue(value)
}

/** @throws HttpError `ERR_HTTP_HEADER_NAME` unless `name` is a token. */
export function assertHeaderName(name: string): void {
  if (name === '' || !consistsOf(TOKEN, name)) throw new HttpError('ERR_HTTP_HEADER_NAME', 'header name is not a token')
}

/** @throws HttpError `ERR_HTTP_HEADER_VALUE` for a control byte other than HTAB, or a character above U+00FF. */
export function assertHeaderValue(value: string): void {
  if (!consistsOf(FIELD_VALUE, value))
    throw new HttpError('ERR_HTTP_HEADER_VALUE', 'control or wide character in a header value')
}
