import type { IpFacts, LocationFacts } from '@tunnel/traffic-policy'

interface Place {
  readonly iso_code?: string
  readonly is_in_european_union?: boolean
  readonly names?: { readonly en?: string }
}

/** A record as GeoLite2, DB-IP and others that follow them write it. */
export interface MmdbRecord {
  readonly city?: Place
  readonly continent?: Place
  readonly country?: Place
  readonly registered_country?: Place
  readonly subdivisions?: readonly Place[]
  readonly location?: {
    readonly latitude?: number
    readonly longitude?: number
    readonly accuracy_radius?: number
    readonly metro_code?: number
    readonly time_zone?: string
  }
  readonly postal?: { readonly code?: string }
  readonly autonomous_system_number?: number
  readonly autonomous_system_organization?: string
  /** Files that have only countries write it so. */
  readonly country_code?: string
}

/** Of each field what the first record says that has it. */
export function ipFactsFrom(records: readonly MmdbRecord[]): IpFacts {
  const merged: MmdbRecord = Object.assign({}, ...records.toReversed())
  const { autonomous_system_number: number } = merged
  return {
    ...(number !== undefined && { as: { number, organization: merged.autonomous_system_organization ?? '' } }),
    location: locationOf(merged),
    registeredLocation: countryFacts(merged.registered_country),
  }
}

function locationOf({
  city,
  continent,
  country,
  country_code,
  subdivisions,
  location,
  postal,
}: MmdbRecord): LocationFacts {
  return defined({
    ...countryFacts(country ?? (country_code === undefined ? undefined : { iso_code: country_code })),
    city: city?.names?.en,
    continent: continent?.names?.en,
    subdivision: subdivisions?.[0]?.names?.en,
    latitude: location?.latitude?.toString(),
    longitude: location?.longitude?.toString(),
    radius: location?.accuracy_radius?.toString(),
    metroCode: location?.metro_code?.toString(),
    timezone: location?.time_zone,
    postalCode: postal?.code,
  })
}

const countryFacts = (country: Place | undefined): LocationFacts =>
  defined({ country: country?.names?.en, countryCode: country?.iso_code, isEu: country?.is_in_european_union })

function defined(fields: { [Name in keyof LocationFacts]?: LocationFacts[Name] | undefined }): LocationFacts {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as LocationFacts
}
