import { TunnelError } from '@tunnel/protocol'

/** An address that only some authtokens may bind. */
export interface Reservation {
  /** `app.example.com` (with all names below it), `*.example.com` (all names below), or `host:port` of a tcp endpoint; lowercase. */
  readonly address: string
  /** Id of the credential (`cr_…`). Several entries of one address allow several. */
  readonly credentialId: string
}

/** What cannot be bound without a reservation; random addresses never need one. */
export type ReservationsRequired = 'none' | 'wildcards' | 'all'

/** Which addresses belong to which credential (reference edge-and-api.md §1.9 and §4). */
export class Reservations {
  readonly #owners = new Map<string, Set<string>>()
  #required: ReservationsRequired = 'none'

  constructor(reservations: readonly Reservation[] = [], required: ReservationsRequired = 'none') {
    this.adopt(reservations, required)
  }

  /** These hold from now on; what is online stays. */
  adopt(reservations: readonly Reservation[], required: ReservationsRequired): void {
    this.#required = required
    this.#owners.clear()
    for (const { address, credentialId } of reservations) {
      const owners = this.#owners.get(address)
      if (owners) owners.add(credentialId)
      else this.#owners.set(address, new Set([credentialId]))
    }
  }

  /**
   * Throws {@link TunnelError} 320 for a name of somebody else, and 318, 321, 354 or 319 for one that is nobody's and would have to be
   * reserved, as one that the edge chose need not be. `host` is lowercase and below one of `domains`.
   */
  assertHost(
    host: string,
    credentialId: string,
    { domains, isChosen }: { domains: readonly string[]; isChosen: boolean },
  ): void {
    if (this.#owners.size === 0 && this.#required === 'none') return
    const isMine = this.#isMine(host, credentialId)
    const isWildcard = host.startsWith('*.')
    if (isWildcard) this.#assertNoneBelow(host.slice(1), credentialId)
    if (this.#required === 'none' || isChosen) return
    if (!isWildcard) return isMine || this.#required !== 'all' ? undefined : refuseName(host, domains)
    if (this.#owners.get(host)?.has(credentialId)) return
    throw isMine
      ? new TunnelError(321, `${host} is not reserved itself: a wildcard has to be, exactly as it is`)
      : new TunnelError(318, `wildcard ${host} is not reserved for this authtoken`)
  }

  /** Whether a reservation of the credential covers `host`. Throws when one of somebody else does. */
  #isMine(host: string, credentialId: string): boolean {
    let isMine = false
    for (const address of covering(host)) {
      const owners = this.#owners.get(address)
      if (owners && !owners.has(credentialId)) throw new TunnelError(320, `${host} is reserved for another authtoken`)
      isMine ||= owners !== undefined
    }
    return isMine
  }

  /** A wildcard would take over every name below it that is offline. `suffix` begins with a dot. */
  #assertNoneBelow(suffix: string, credentialId: string): void {
    for (const [address, owners] of this.#owners) {
      if (!address.endsWith(suffix) || owners.has(credentialId)) continue
      throw new TunnelError(320, `*${suffix} covers ${address}, which is reserved for another authtoken`)
    }
  }

  /** Throws {@link TunnelError} 309 for a tcp address of somebody else, and 307 for one that is nobody's where it has to be reserved. */
  assertPort(host: string, port: number, credentialId: string, { isChosen }: { isChosen: boolean }): void {
    const owners = this.#owners.get(`${host}:${port}`)
    if (owners?.has(credentialId)) return
    if (owners) throw new TunnelError(309, `tcp address ${host}:${port} is reserved for another authtoken`)
    if (this.#required === 'all' && !isChosen) throw new TunnelError(307, `tcp address ${host}:${port} is not reserved`)
  }

  /** Such a port is nobody's random one. */
  hasPort(host: string, port: number): boolean {
    return this.#owners.has(`${host}:${port}`)
  }
}

/** The reservations that `host` would fall under, by what they are called. */
function* covering(host: string): Generator<string> {
  yield host
  const name = host.startsWith('*.') ? host.slice(2) : host
  if (name !== host) yield name
  for (let dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1)) {
    const parent = name.slice(dot + 1)
    yield parent
    yield `*.${parent}`
  }
}

function refuseName(host: string, domains: readonly string[]): never {
  const domain = domains.find((one) => host.endsWith(`.${one}`))
  const depth = domain === undefined ? 0 : host.slice(0, -domain.length - 1).split('.').length
  if (depth < 2) throw new TunnelError(319, `${host} is not reserved for this authtoken`)
  const proposal = `${host.slice(0, -((domain?.length ?? 0) + 1)).replaceAll('.', '-')}.${domain}`
  throw new TunnelError(
    354,
    `${host} is more than one label below ${domain} and is not reserved; ${proposal} would be one`,
  )
}
