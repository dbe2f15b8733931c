/** Header fields whose values must not appear in a trace or log unless asked for, in lower case. */
export const secretFields: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'x-auth-token',
  'x-csrf-token',
])

export const isSecretField = (name: string): boolean => secretFields.has(name.toLowerCase())

/** A map of which any key is secret: cookies. */
export const everyKey: ReadonlySet<string> = Object.assign(new Set<string>(), { has: () => true })
