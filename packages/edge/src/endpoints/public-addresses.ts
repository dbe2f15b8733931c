import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import { type Acl, TunnelError } from '@tunnel/protocol'
import type { AgentSession } from '../agent-session.ts'
import type { RequestedAddress } from './address.ts'
import { type AddressBook, keyOf, tableOf } from './address-book.ts'
import type { EndpointScheme } from './endpoint.ts'
import type { NameHolds } from './name-holds.ts'
import type { Reservations } from './reservations.ts'

export interface PublicAddressOptions {
  /** Base domains; the first one gives random names. */
  domains: readonly string[]
  /** The edge's own host, which nobody can bind. */
  edgeHost: string
  /** Ports as visitors see them. `undefined` where the scheme is not served. */
  publicPorts: { http: number | undefined; https: number | undefined }
  tcp: { publicHost: string; firstPort: number; lastPort: number } | undefined
  reservations: Reservations
}

/** `isResumed`: the edge gave it to the agent before. */
type Wanted = RequestedAddress & { readonly isResumed: boolean }
type Choice = { host: string; port: number }
type HostScheme = Exclude<EndpointScheme, 'tcp'>

/** bore's argument: with 150 tries a free port is found with 99.9 % even when 95 % of the range is taken. */
const MAX_RANDOM_PORT_TRIES = 150

/** Decides which public address an agent gets for the one it asks for (reference edge-and-api.md §1.5, §1.8, §1.10). */
export class PublicAddresses {
  readonly #options: PublicAddressOptions
  readonly #book: AddressBook
  readonly #holds: NameHolds

  constructor(options: PublicAddressOptions, book: AddressBook, holds: NameHolds) {
    this.#options = options
    this.#book = book
    this.#holds = holds
  }

  /** Whether the address is online already is not looked at. Throws {@link TunnelError} where the agent may not have it. */
  choose(wanted: Wanted, session: AgentSession, acl: Acl): Choice {
    const { scheme } = wanted
    return scheme === 'tcp' ? this.#tcp(wanted, session, acl) : this.#named(scheme, wanted, session, acl)
  }

  #named(scheme: HostScheme, wanted: Wanted, session: AgentSession, acl: Acl): Choice {
    const { publicPorts, reservations, domains } = this.#options
    const port = publicPorts[tableOf(scheme)]
    if (port === undefined) throw new TunnelError(9036, `this edge does not serve ${scheme}`)
    if (wanted.port !== undefined && wanted.port !== port) {
      throw new TunnelError(9035, `port ${wanted.port} is not allowed for ${scheme}: this edge serves it on ${port}`)
    }
    const host = wanted.host ?? this.#randomHost(scheme, port, session)
    if (wanted.host !== undefined) this.#assertServed(host)
    if (!acl.allowsHost(host)) throw new TunnelError(316, `this authtoken may not bind ${host}`)
    const isChosen = wanted.host === undefined || wanted.isResumed
    reservations.assertHost(host, session.credentialId, { domains, isChosen })
    this.#assertNoOtherAccount(scheme, host, session)
    return { host, port }
  }

  #assertServed(host: string): void {
    const { edgeHost, domains } = this.#options
    const plain = host.startsWith('*.') ? host.slice(2) : host
    if (host === edgeHost) throw new TunnelError(320, `${host} is the edge's own host`)
    if (!domains.some((domain) => plain === domain || plain.endsWith(`.${domain}`))) {
      throw new TunnelError(319, `${host} is not under a domain of this edge (${domains.join(', ')})`)
    }
  }

  /** Nobody has http of a host whose https is somebody else's. */
  #assertNoOtherAccount(scheme: HostScheme, host: string, { accountId }: AgentSession): void {
    const sibling = scheme === 'http' ? 'https' : 'http'
    const online = this.#book.get({ binding: 'public', scheme: sibling, host, port: 0, accountId })
    if (online && online.session.accountId !== accountId) {
      throw new TunnelError(320, `${host} belongs to another account`)
    }
  }

  #randomHost(scheme: HostScheme, port: number, session: AgentSession): string {
    for (;;) {
      const host = `${randomBytes(6).toString('hex')}.${this.#options.domains[0]}`
      const taken = (['http', 'https'] as const).some((one) => this.#isTaken(one, host, port, session))
      if (!taken && !this.#isHeld(scheme, host, port, session)) return host
    }
  }

  #isTaken(scheme: EndpointScheme, host: string, port: number, { accountId }: AgentSession): boolean {
    return this.#book.get({ binding: 'public', scheme, host, port, accountId }) !== undefined
  }

  #isHeld(scheme: EndpointScheme, host: string, port: number, { accountId, credentialId }: AgentSession): boolean {
    return this.#holds.isHeldFrom(keyOf({ binding: 'public', scheme, host, port, accountId }), credentialId)
  }

  #tcp({ host: wantedHost, port, isResumed }: Wanted, session: AgentSession, acl: Acl): Choice {
    const { tcp, reservations } = this.#options
    if (!tcp) throw new TunnelError(9036, 'this edge does not serve tcp')
    const host = tcp.publicHost
    if (wantedHost !== undefined && wantedHost !== host) {
      const code = isIP(wantedHost) === 0 ? 4504 : 4503
      throw new TunnelError(code, `tcp host ${wantedHost} is not served here: use ${host}`)
    }
    if (port === undefined) {
      if (!acl.allowsEverything) throw new TunnelError(356, 'this authtoken may not bind random tcp addresses')
      return { host, port: this.#randomPort(tcp, session) }
    }
    if (port < tcp.firstPort || port > tcp.lastPort) {
      throw new TunnelError(4502, `port ${port} is not within ${tcp.firstPort} to ${tcp.lastPort}`)
    }
    if (!acl.allowsAddress(host, port)) throw new TunnelError(308, `this authtoken may not bind ${host}:${port}`)
    reservations.assertPort(host, port, session.credentialId, { isChosen: isResumed })
    return { host, port }
  }

  #randomPort(tcp: { publicHost: string; firstPort: number; lastPort: number }, session: AgentSession): number {
    const { publicHost: host, firstPort, lastPort } = tcp
    for (let tries = 0; tries < MAX_RANDOM_PORT_TRIES; tries++) {
      const port = firstPort + (randomBytes(4).readUInt32BE(0) % (lastPort - firstPort + 1))
      if (this.#isTaken('tcp', host, port, session) || this.#isHeld('tcp', host, port, session)) continue
      if (!this.#options.reservations.hasPort(host, port)) return port
    }
    throw new TunnelError(503, `no free tcp port found within ${firstPort} to ${lastPort}`)
  }
}
