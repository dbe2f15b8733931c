import { looksLikePrefix } from './field-name.ts'

const PREFIXES = ['tunnel-auth-', 'tunnel-mtls-', 'ngrok-auth-', 'ngrok-mtls-']

/** Whether a field tells an upstream who the visitor is: only the edge may set those, so a client's are removed. */
export function isIdentityField(name: string): boolean {
  const first = name.charCodeAt(0) | 0x20
  if (first !== 0x74 && first !== 0x6e) return false
  return PREFIXES.some((prefix) => looksLikePrefix(name, prefix))
}
