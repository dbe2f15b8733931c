/** What is known of an address from data outside of the connection. Reference §3.1, §11.1 */
export interface IpFacts {
  /** Category ids; their dotted prefixes are added. */
  readonly categories?: readonly string[]
  readonly as?: { readonly number: number; readonly organization: string }
  readonly location?: LocationFacts
  readonly registeredLocation?: LocationFacts
}

export interface LocationFacts {
  readonly city?: string
  readonly continent?: string
  readonly country?: string
  readonly countryCode?: string
  readonly isEu?: boolean
  readonly latitude?: string
  readonly longitude?: string
  readonly metroCode?: string
  readonly postalCode?: string
  readonly radius?: string
  readonly subdivision?: string
  readonly timezone?: string
}

export interface UserAgentFacts {
  readonly name: string
  readonly version: string
  readonly os: string
  readonly osVersion: string
  readonly device: string
  readonly url: string
  readonly kind: 'desktop' | 'mobile' | 'tablet' | 'bot' | 'other'
}

/** Data from outside that variables read. Each is optional: without it the variables are empty. */
export interface VariablePorts {
  /** Geography, network and categories of an address. Called at most once for an address and exchange, and only if a policy asks. */
  lookUpIp?(address: string): IpFacts | undefined
  /** @default a small built-in parser */
  parseUserAgent?(userAgent: string): UserAgentFacts
  /** The value of a secret. */
  secret?(vault: string, name: string): string | undefined
  /** @default Date.now */
  now?(): number
  /** At least 0, below 1. @default Math.random */
  random?(): number
}
