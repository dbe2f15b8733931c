import { actionAliases } from './action-configs/all-configs.ts'
import type { FaultList } from './fault-list.ts'
import type { Path } from './source-position.ts'

const LOGINS: ReadonlySet<unknown> = new Set(['oauth', 'openid-connect', 'saml'])

/**
 * What a policy has once at most: a login, unless each has an `auth_id` of its own, and an AI gateway. Reads the document as it is, since
 * these actions do not compile yet.
 *
 * @see Reference §1.6, §10 row 8
 */
export function checkSingleActions(root: Readonly<Record<string, unknown>>, faults: FaultList): void {
  const logins = new Set<unknown>()
  let hasGateway = false
  for (const { type, authId, path } of actionsOf(root)) {
    if (LOGINS.has(type)) {
      if (logins.has(authId)) faults.add('ERR_TUNNEL_2239', path, 'several logins need an auth_id each')
      logins.add(authId)
    }
    if (type !== 'ai-gateway') continue
    if (hasGateway) faults.add('ERR_TUNNEL_2266', path, 'there is another ai-gateway action')
    hasGateway = true
  }
}

interface FoundAction {
  readonly type: string
  readonly authId: unknown
  readonly path: Path
}

function* actionsOf(root: Readonly<Record<string, unknown>>): Generator<FoundAction> {
  for (const [phase, rules] of Object.entries(root)) {
    for (const [at, rule] of itemsOf(rules)) {
      const actions = rule.actions === undefined ? ([[undefined, rule]] as const) : itemsOf(rule.actions)
      for (const [index, { type, config }] of actions) {
        if (typeof type !== 'string') continue
        const name = Object.hasOwn(actionAliases, type) ? actionAliases[type]! : type
        const path = [phase, at, ...(index === undefined ? [] : ['actions', index])]
        yield { type: name, authId: (config as { auth_id?: unknown } | undefined)?.auth_id, path }
      }
    }
  }
}

function itemsOf(value: unknown): (readonly [number, Readonly<Record<string, unknown>>])[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((item: unknown, at) =>
    typeof item === 'object' && item !== null ? [[at, item as Record<string, unknown>] as const] : [],
  )
}
