import type { PolicyFetch } from '../actions/policy-fetch.ts'
import type { PolicyPorts } from '../engine/runtime.ts'
import type { IpFacts, LocationFacts } from '../variables/ports.ts'
import { fieldsOf } from './case-facts.ts'
import type { PolicyCases } from './case-schema.ts'

/** The world as a file of cases says it is: nothing of it comes from outside. */
export function casePorts(cases: PolicyCases, now: number): PolicyPorts {
  const { random, secrets, ips, ip_policies: policies } = cases
  return {
    // Time stands still, so that nothing runs out while a case runs.
    clock: { now: () => now, setTimeout: () => undefined, clearTimeout: () => {} },
    random: () => random,
    fetch: fetchOf(cases),
    secret: (vault, name) => own(own(secrets, vault), name),
    ipPolicy: (id) => own(policies, id),
    lookUpIp: (address) => ipFacts(own(ips, address)),
  }
}

const own = <T>(values: Readonly<Record<string, T>> | undefined, key: string): T | undefined =>
  values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined

const fetchOf =
  ({ fetches }: PolicyCases): PolicyFetch =>
  async ({ url }) => {
    const answer = own(fetches, url)
    if (answer === undefined) throw new Error('the cases have no answer of this URL')
    const { status, headers, body } = answer
    return { status, headers: fieldsOf(headers), body: Buffer.from(body), resolvedIp: '203.0.113.1' }
  }

function ipFacts(facts: PolicyCases['ips'][string] | undefined): IpFacts | undefined {
  if (facts === undefined) return undefined
  const { location, categories, as } = facts
  return {
    ...(location && { location: locationFacts(location) }),
    ...(categories && { categories }),
    ...(as && { as }),
  }
}

function locationFacts({
  country_code,
  is_eu,
  ...same
}: NonNullable<PolicyCases['ips'][string]['location']>): LocationFacts {
  const facts = { ...same, countryCode: country_code, isEu: is_eu }
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as LocationFacts
}
