/**
 * Header fields whose values give whoever has them somebody's rights, in lower case. No log, trace, event or export shows them unless it is
 * asked to.
 */
export const secretFields: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'x-auth-token',
  'x-csrf-token',
  'x-amz-security-token',
])

/** Whether a field is one of {@link secretFields}, in any case. */
export const isSecretField = (name: string): boolean => secretFields.has(name.toLowerCase())
