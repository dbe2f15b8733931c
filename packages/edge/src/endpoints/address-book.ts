import type { Endpoint, EndpointScheme } from './endpoint.ts'
import { HostTable } from './host-table.ts'

/** Where an endpoint is. */
export interface Place {
  readonly binding: 'public' | 'internal'
  readonly scheme: EndpointScheme
  readonly host: string
  readonly port: number
  /** Internal addresses are the account's own: other accounts may have the same. */
  readonly accountId: string
}

/** Finds endpoints by their address. Of a pool it holds one member, whichever. */
export class AddressBook {
  /** https and tls share a port, and so a table: a host has one of them. */
  readonly #byHost = { http: new HostTable<Endpoint>(), https: new HostTable<Endpoint>() }
  readonly #byPort = new Map<number, Endpoint>()
  /** By account and port. */
  readonly #internal = new Map<string, HostTable<Endpoint>>()

  get(place: Place): Endpoint | undefined {
    if (place.binding === 'internal') return this.#internal.get(spaceOf(place))?.get(place.host)
    return place.scheme === 'tcp' ? this.#byPort.get(place.port) : this.#byHost[tableOf(place.scheme)].get(place.host)
  }

  set(place: Place, endpoint: Endpoint): void {
    if (place.binding === 'internal') this.#spaceAt(place).set(place.host, endpoint)
    else if (place.scheme === 'tcp') this.#byPort.set(place.port, endpoint)
    else this.#byHost[tableOf(place.scheme)].set(place.host, endpoint)
  }

  delete(place: Place): void {
    if (place.binding === 'public') {
      if (place.scheme === 'tcp') this.#byPort.delete(place.port)
      else this.#byHost[tableOf(place.scheme)].delete(place.host)
      return
    }
    const space = this.#internal.get(spaceOf(place))
    space?.delete(place.host)
    if (space?.size === 0) this.#internal.delete(spaceOf(place))
  }

  /** The most specific for a host (lowercase, no port). */
  matchHost(table: 'http' | 'https', host: string): Endpoint | undefined {
    return this.#byHost[table].match(host)
  }

  matchPort(port: number): Endpoint | undefined {
    return this.#byPort.get(port)
  }

  matchInternal(accountId: string, host: string, port: number): Endpoint | undefined {
    return this.#internal.get(spaceOf({ accountId, port }))?.match(host)
  }

  #spaceAt(place: Place): HostTable<Endpoint> {
    const key = spaceOf(place)
    let space = this.#internal.get(key)
    if (!space) {
      space = new HostTable()
      this.#internal.set(key, space)
    }
    return space
  }
}

function spaceOf({ accountId, port }: Pick<Place, 'accountId' | 'port'>): string {
  return `${accountId}:${port}`
}

/** Where an endpoint is found by its host. */
export function tableOf(scheme: EndpointScheme): 'http' | 'https' {
  return scheme === 'http' ? 'http' : 'https'
}

/** What is held, whatever of https and tls comes back. */
export function keyOf({ binding, scheme, host, port, accountId }: Place): string {
  const address = `${scheme === 'tls' ? 'https' : scheme}://${host}:${port}`
  return binding === 'internal' ? `${accountId} ${address}` : address
}
