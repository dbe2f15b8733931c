import { TunnelError } from '@tunnel/protocol'
import { breakerRules, compressionRules, requestHeaderRules, responseHeaderRules } from './message-rules.ts'
import type { ModuleOptions } from './module-options.ts'
import type { RuleDocument } from './rule-document.ts'
import { basicAuthRules, ipRules, oauthRules, oidcRules, userAgentRules, webhookRules } from './visitor-rules.ts'

type WriteRules = (options: ModuleOptions) => RuleDocument[]

/** In the order in which modules ran: who may come in, then what looks after the upstream and, last, what it sees (reference edge-and-api.md §7.3). */
const requestModules: readonly WriteRules[] = [
  userAgentRules,
  webhookRules,
  basicAuthRules,
  oauthRules,
  oidcRules,
  breakerRules,
  requestHeaderRules,
]
const responseModules: readonly WriteRules[] = [compressionRules, responseHeaderRules]

/**
 * The traffic policy, as JSON, that module options ask for; `undefined` where they ask for nothing. Of an endpoint without HTTP there are only
 * addresses: throws 9021 for any other module of one, and 301 or 370 for what is no rule.
 */
export function policyOfModules(options: ModuleOptions, proto: 'http' | 'tcp' | 'tls'): string | undefined {
  const addresses = ipRules(options)
  const requests = requestModules.flatMap((write) => write(options))
  const responses = responseModules.flatMap((write) => write(options))
  if (proto !== 'http') {
    const [wrong] = [...requests, ...responses]
    if (wrong) throw new TunnelError(9021, `${wrong.name} and proto ${proto} exclude each other: it needs HTTP`)
    return textOf({ on_tcp_connect: addresses })
  }
  return textOf({ on_http_request: [...addresses, ...requests], on_http_response: responses })
}

function textOf(phases: Readonly<Record<string, readonly RuleDocument[]>>): string | undefined {
  const used = Object.entries(phases).filter(([, rules]) => rules.length > 0)
  return used.length === 0 ? undefined : JSON.stringify(Object.fromEntries(used))
}
