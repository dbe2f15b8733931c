import type { ActionErrorCode, ActionErrorResult } from './action-error.ts'
import { type CidrList, compileCidrList } from './cidr-list.ts'
import { parseIpAddress } from './ip-address.ts'

export interface RestrictIpsConfig {
  allow: readonly string[]
  deny: readonly string[]
  /** The rules of the IP policies that the action names, as they are now; a change of one compiles anew. */
  policyRules: readonly IpPolicyRule[]
  /** `false` reports and lets every address through. */
  enforce: boolean
}

export interface IpPolicyRule {
  action: 'allow' | 'deny'
  cidr: string
}

/** Made once for a configuration. */
export interface IpRestriction {
  readonly enforce: boolean
  readonly lists: { readonly own: IpLists; readonly policies: IpLists }
}

interface IpLists {
  allow: CidrList
  deny: CidrList
}

export interface RestrictIpsResults {
  action: 'allow' | 'deny'
  /** The CIDR that decided; empty if the address is in none. */
  matched_cidr: string
  error?: ActionErrorResult
}

export interface RestrictIpsOutcome {
  /** Whether to close (TCP phase) or to answer 403 with `code`. */
  reject: boolean
  code?: ActionErrorCode
  results: RestrictIpsResults
}

/** Rules of all the IP policies of one action together. */
const MAX_POLICY_RULES = 10_000

/**
 * @throws ActionError `ERR_TUNNEL_2217` for a text that is no CIDR, `ERR_TUNNEL_2218` for too many.
 * @see Reference §4.21
 */
export function compileIpRestriction({ allow, deny, policyRules, enforce }: RestrictIpsConfig): IpRestriction {
  const ofPolicies = (action: IpPolicyRule['action']) =>
    compileCidrList(
      policyRules.filter((rule) => rule.action === action).map((rule) => rule.cidr),
      MAX_POLICY_RULES,
    )
  return {
    enforce,
    lists: {
      own: { allow: compileCidrList(allow), deny: compileCidrList(deny) },
      policies: { allow: ofPolicies('allow'), deny: ofPolicies('deny') },
    },
  }
}

/**
 * An address is allowed if an allow entry holds it and no deny entry does. A text that is no address is denied.
 *
 * @see Reference §7.5
 */
export function restrictIps({ enforce, lists }: IpRestriction, clientIp: string): RestrictIpsOutcome {
  // A link-local address can come with the zone it was seen in, which is none of the sender's.
  const address = parseIpAddress(clientIp.split('%', 1)[0]!)
  if (address === undefined) return denied('', 'ERR_TUNNEL_3205', enforce)
  const { own, policies } = lists
  const ownDeny = own.deny.match(address)
  if (ownDeny !== undefined) return denied(ownDeny, 'ERR_TUNNEL_3205', enforce)
  const policyDeny = policies.deny.match(address)
  if (policyDeny !== undefined) return denied(policyDeny, 'ERR_TUNNEL_3203', enforce)
  const allowed = moreSpecific(own.allow.match(address), policies.allow.match(address))
  if (allowed === undefined) return denied('', 'ERR_TUNNEL_3205', enforce)
  return { reject: false, results: { action: 'allow', matched_cidr: allowed } }
}

function denied(cidr: string, code: 'ERR_TUNNEL_3203' | 'ERR_TUNNEL_3205', enforce: boolean): RestrictIpsOutcome {
  const error = { code, message: 'address is not allowed' }
  return { reject: enforce, code, results: { action: 'deny', matched_cidr: cidr, error } }
}

function moreSpecific(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return lengthOf(other) > lengthOf(one) ? other : one
}

function lengthOf(cidr: string): number {
  const slash = cidr.indexOf('/')
  return slash < 0 ? 128 : Number(cidr.slice(slash + 1))
}
