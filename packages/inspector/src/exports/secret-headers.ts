import type { HeaderPair } from '../contract/detail.ts'

/** Headers that give whoever has them somebody's rights. */
const SECRET: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'x-auth-token',
  'x-csrf-token',
  'x-amz-security-token',
])

export const MASK = '[masked]'

export function isSecretHeader(name: string): boolean {
  return SECRET.has(name.toLowerCase())
}

/** Headers as they leave this program. */
export function exportedHeaders(headers: readonly HeaderPair[], includeSecrets: boolean): HeaderPair[] {
  return headers.map(([name, value]) => [name, includeSecrets || !isSecretHeader(name) ? value : MASK])
}
