import type { ExchangeRecord } from '@tunnel/edge'

/** What policies leave for events, one entry for each endpoint that was passed. */
export type PolicyEventsList = Readonly<NonNullable<ExchangeRecord['policyEvents']>>

/**
 * What policies decided, as JSON members with a comma behind each; a decision that nobody took is left out, and the outermost endpoint has the
 * last word.
 */
export function policyFields(events: PolicyEventsList | undefined): string {
  if (!events || events.length === 0) return ''
  let text = ''
  const logs: unknown[] = []
  const decided: Record<string, string> = {}
  for (const one of events) {
    for (const { metadata } of one.logs) logs.push(metadata)
    if (one.basicAuth) decided.basic_auth = JSON.stringify(one.basicAuth)
    if (one.circuitBreaker) decided.circuit_breaker = decision(one.circuitBreaker)
    if (one.compression) decided.compression = `{"algorithm":${JSON.stringify(one.compression)}}`
    if (one.ipPolicy) decided.ip_policy = decision(one.ipPolicy)
    if (one.webhookVerification) decided.webhook_verification = decision(one.webhookVerification)
  }
  for (const [name, value] of Object.entries(decided)) text += `"${name}":${value},`
  return logs.length === 0 ? text : `${text}"traffic_policy":{"logs":${JSON.stringify(logs)}},`
}

const decision = (value: string): string => `{"decision":${JSON.stringify(value)}}`
