import type { PolicyFaultCode } from '../errors.ts'
import type { ModuleName } from './endpoint-modules.ts'

/** What can be wrong with a module by itself. Reference §8.3; the reference gives 370 to 378 together, so which is which is ours. */
export const moduleFaultCodes = {
  ERR_TUNNEL_359: 'a user name of basic auth is empty',
  ERR_TUNNEL_360: 'a password of basic auth is too short or too long',
  ERR_TUNNEL_361: 'the threshold of the circuit breaker is not 0 to 1',
  ERR_TUNNEL_362: 'a text is not a CIDR',
  ERR_TUNNEL_363: 'the sender of webhooks is not known',
  ERR_TUNNEL_370: 'a header to add is not name: value',
  ERR_TUNNEL_371: 'the name of a header is not a token',
  ERR_TUNNEL_372: 'the value of a header cannot be used',
  ERR_TUNNEL_373: 'a header is there twice, in different spellings',
  ERR_TUNNEL_398: 'host is removed and nothing takes its place',
  ERR_TUNNEL_2090: 'a pattern of the user-agent filter is not a regular expression',
  ERR_TUNNEL_15007: 'the secret of webhooks is missing',
  ERR_TUNNEL_15008: 'a user name of basic auth is too long',
  ERR_TUNNEL_15009: 'too many users of basic auth',
  ERR_TUNNEL_15011: 'a user name of basic auth is not one of RFC 7617',
  ERR_TUNNEL_15012: 'a password of basic auth is not one of RFC 7617',
} as const

export type ModuleFaultCode = keyof typeof moduleFaultCodes

/** One thing that is wrong with a module. */
export interface ModuleFault {
  readonly module: ModuleName
  /** Of a document where the rule that the module became has the fault. */
  readonly code: ModuleFaultCode | PolicyFaultCode
  /** Lower case, without the module's name; holds no secret. */
  readonly message: string
}

/** Where a module says what is wrong with it. */
export type ReportFault = (code: ModuleFaultCode, message: string) => void
