const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

/** Whether a request with this method does the same when it arrives twice as when it arrives once. RFC 9110 §9.2.2 */
export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method)
}
