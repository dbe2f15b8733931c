import {
  assertBasicCredential,
  credentialFromPair,
  MAX_PASSWORD_LENGTH,
  MAX_USERNAME_LENGTH,
  MIN_PASSWORD_LENGTH,
} from '../actions/basic-credential.ts'
import { configLimits } from '../document/limits.ts'
import type { EndpointModules } from './endpoint-modules.ts'
import type { ReportFault } from './module-fault.ts'
import { literalText, type RuleDocument } from './policy-document.ts'

export function basicAuth({ basicAuth: pairs = [] }: EndpointModules, report: ReportFault): RuleDocument[] {
  if (pairs.length === 0) return []
  if (pairs.length > configLimits.maxCredentials)
    report('ERR_TUNNEL_15009', `${pairs.length} users exceed the limit ${configLimits.maxCredentials}`)
  for (const pair of pairs) checkPair(pair, report)
  const config = { credentials: pairs.map(literalText) }
  return [{ name: 'basic auth', actions: [{ type: 'basic-auth', config }] }]
}

/** Says of each part of its own; nothing of a pair is repeated. */
function checkPair(pair: string, report: ReportFault): void {
  if (!pair.includes(':')) return report('ERR_TUNNEL_360', 'there is no password: expected user:password')
  const { username, password } = credentialFromPair(pair)
  const nameLength = [...username].length
  const passwordLength = [...password].length
  if (nameLength === 0) report('ERR_TUNNEL_359', 'user name is empty: expected user:password')
  else if (nameLength > MAX_USERNAME_LENGTH)
    report('ERR_TUNNEL_15008', `user name of ${nameLength} characters exceeds the limit ${MAX_USERNAME_LENGTH}`)
  else if (!isTaken('ERR_TUNNEL_2257', username, 'x'.repeat(MIN_PASSWORD_LENGTH)))
    report('ERR_TUNNEL_15011', 'user name has a control character')
  if (passwordLength < MIN_PASSWORD_LENGTH || passwordLength > MAX_PASSWORD_LENGTH) {
    const range = `${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH}`
    report('ERR_TUNNEL_360', `password of ${passwordLength} characters is not ${range}`)
  } else if (!isTaken('ERR_TUNNEL_2258', 'x', password)) report('ERR_TUNNEL_15012', 'password has a control character')
}

function isTaken(code: string, username: string, password: string): boolean {
  try {
    assertBasicCredential({ username, password })
    return true
  } catch (error) {
    if ((error as { code?: unknown }).code === code) return false
    throw error
  }
}
