import type { VariableNode } from '../cel/compiled.ts'
import { flag, group, text, texts, whole } from './declare.ts'
import type { PhaseVariables } from './phase-variables.ts'
import type { IpFacts, LocationFacts } from './ports.ts'

type ReadIp = (variables: PhaseVariables) => IpFacts | undefined
type ReadLocation = (variables: PhaseVariables) => LocationFacts | undefined

/** Lists that name whole networks of every kind: too wide to call an address bad. Reference §3.1 */
const NOT_A_BLOCKLIST = 'blocklist.firehol_org.level_4'

/** `com.cloudflare.ipv4` is also in `com.cloudflare` and in `com`. Reference §3.8 */
function withPrefixes(ids: readonly string[]): string[] {
  const all = new Set<string>()
  for (const id of ids) {
    const labels = id.split('.')
    for (let length = 1; length <= labels.length; length++) all.add(labels.slice(0, length).join('.'))
  }
  return [...all]
}

const isBlocked = (ids: readonly string[]): boolean =>
  ids.some((id) => (id === 'blocklist' || id.startsWith('blocklist.')) && id !== NOT_A_BLOCKLIST)

const isTor = (ids: readonly string[]): boolean => withPrefixes(ids).includes('proxy.anonymous.tor')

function locationTree(read: ReadLocation, isRegistered: boolean): Record<string, VariableNode> {
  const both = {
    city: text((variables) => read(variables)?.city),
    continent: text((variables) => read(variables)?.continent),
    country: text((variables) => read(variables)?.country),
    country_code: text((variables) => read(variables)?.countryCode),
    is_eu: flag((variables) => read(variables)?.isEu),
    metro_code: text((variables) => read(variables)?.metroCode),
    subdivision: text((variables) => read(variables)?.subdivision),
    timezone: text((variables) => read(variables)?.timezone),
  }
  if (isRegistered) return both
  return {
    ...both,
    latitude: text((variables) => read(variables)?.latitude),
    longitude: text((variables) => read(variables)?.longitude),
    postal_code: text((variables) => read(variables)?.postalCode),
    radius: text((variables) => read(variables)?.radius),
  }
}

/** `conn.client_ip.*` and `conn.server_ip.*` */
export const ipTree = (read: ReadIp): Record<string, VariableNode> => ({
  categories: texts((variables) => categoriesOf(read(variables), withPrefixes)),
  is_on_blocklist: flag((variables) => categoriesOf(read(variables), isBlocked)),
  is_tor_node: flag((variables) => categoriesOf(read(variables), isTor)),
  as: group({
    number: whole((variables) => read(variables)?.as?.number),
    organization: text((variables) => read(variables)?.as?.organization),
  }),
  geo: group({
    location: group(locationTree((variables) => read(variables)?.location, false)),
    registered_location: group(locationTree((variables) => read(variables)?.registeredLocation, true)),
  }),
})

const categoriesOf = <T>(facts: IpFacts | undefined, then: (ids: readonly string[]) => T): T | undefined =>
  facts?.categories && then(facts.categories)

/** `conn.geo.*`, the older and flat form of the client's location. */
export const flatGeoTree = (read: ReadLocation): VariableNode =>
  group({
    city: text((variables) => read(variables)?.city),
    country: text((variables) => read(variables)?.country),
    country_code: text((variables) => read(variables)?.countryCode),
    latitude: text((variables) => read(variables)?.latitude),
    longitude: text((variables) => read(variables)?.longitude),
    radius: text((variables) => read(variables)?.radius),
    subdivision: text((variables) => read(variables)?.subdivision),
  })
