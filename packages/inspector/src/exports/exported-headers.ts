import { isSecretField } from '@tunnel/http'
import type { HeaderPair } from '../contract/detail.ts'

export const MASK = '[masked]'

/** Headers as they leave this program. */
export function exportedHeaders(headers: readonly HeaderPair[], includeSecrets: boolean): HeaderPair[] {
  return headers.map(([name, value]) => [name, includeSecrets || !isSecretField(name) ? value : MASK])
}
