import { TunnelError } from '@tunnel/protocol'
import type { ModuleOptions } from './module-options.ts'
import { listOf, type RuleDocument, ruleOf } from './rule-document.ts'

/** The module waited for more requests than the action does by default. */
const VOLUME_THRESHOLD = 20

export function breakerRules({ circuit_breaker: threshold = 0 }: ModuleOptions): RuleDocument[] {
  if (threshold === 0) return []
  const config = { error_threshold: threshold, volume_threshold: VOLUME_THRESHOLD }
  return [ruleOf('circuit breaker', 'circuit-breaker', config)]
}

export function compressionRules({ compression }: ModuleOptions): RuleDocument[] {
  return compression ? [ruleOf('compression', 'compress-response', { algorithms: ['gzip', 'deflate'] })] : []
}

export function requestHeaderRules({ request_header_add, request_header_remove }: ModuleOptions): RuleDocument[] {
  return headerRules('request headers', request_header_add, request_header_remove)
}

export function responseHeaderRules({ response_header_add, response_header_remove }: ModuleOptions): RuleDocument[] {
  return headerRules('response headers', response_header_add, response_header_remove)
}

/** Removal goes first, so that both together replace. */
function headerRules(
  name: string,
  add: ModuleOptions['request_header_add'],
  remove: ModuleOptions['request_header_remove'],
): RuleDocument[] {
  const [added, removed] = [addedHeaders(listOf(add)), listOf(remove)]
  const actions = [
    ...(removed.length > 0 ? [{ type: 'remove-headers', config: { headers: removed } }] : []),
    ...(listOf(add).length > 0 ? [{ type: 'add-headers', config: { headers: added } }] : []),
  ]
  return actions.length === 0 ? [] : [{ name, actions }]
}

/** A name that is there twice has a line for each value. Throws 370. */
function addedHeaders(given: readonly string[]): Record<string, string | string[]> {
  const added = new Map<string, string[]>()
  for (const header of given) {
    const colon = header.indexOf(':')
    const name = header.slice(0, colon).trim()
    // The value is not named: it may be a credential.
    if (colon < 1 || name === '') throw new TunnelError(370, 'a header to add has the form name:value')
    added.set(name, [...(added.get(name) ?? []), header.slice(colon + 1).trim()])
  }
  return Object.fromEntries(
    [...added].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  )
}
