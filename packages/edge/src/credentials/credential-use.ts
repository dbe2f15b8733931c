import { Acl, TunnelError } from '@tunnel/protocol'
import type { Credential, CredentialLimits } from '../ports.ts'
import { MinuteCount } from './minute-count.ts'

/** What one credential may do, and how much of it is in use: all sessions of it together. */
export class CredentialUse {
  #acl = new Acl()
  #limits: CredentialLimits = {}
  /** Sessions that are open; whoever opens and closes them counts. */
  sessionCount = 0
  #endpoints = 0
  readonly #now: () => number
  readonly #connections = new MinuteCount()
  readonly #requests = new MinuteCount()
  readonly #bytes = new MinuteCount()
  /** Visitor connections with a request for it; counted at the first one. */
  readonly #seen = new WeakSet<object>()

  /** `now` on a clock that never goes back, in ms. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** The credential as it is now. Throws {@link TunnelError} 600 for rules that are none. */
  adopt({ acl = [], limits = {} }: Credential): void {
    this.#acl = new Acl(acl)
    this.#limits = limits
  }

  get acl(): Acl {
    return this.#acl
  }

  get maxSessions(): number {
    return this.#limits.maxSessions ?? Number.POSITIVE_INFINITY
  }

  get countsBytes(): boolean {
    return this.#limits.maxBytesPerMinute !== undefined
  }

  /** Whether traffic has to be counted. */
  get isMetered(): boolean {
    const { maxConnectionsPerMinute, maxRequestsPerMinute } = this.#limits
    return maxConnectionsPerMinute !== undefined || maxRequestsPerMinute !== undefined || this.countsBytes
  }

  /** Whether forgetting its counts would change no answer. */
  get isQuiet(): boolean {
    const now = this.#now()
    return this.#connections.at(now) + this.#requests.at(now) + this.#bytes.at(now) === 0
  }

  /** Throws {@link TunnelError} 18021 when the credential has as many endpoints as it may. */
  assertRoomForEndpoint(): void {
    const max = this.#limits.maxEndpoints ?? Number.POSITIVE_INFINITY
    if (this.#endpoints >= max) {
      throw new TunnelError(18021, `${this.#endpoints} endpoints are online with this authtoken, the limit is ${max}`)
    }
  }

  endpointOnline(): void {
    this.#endpoints++
  }

  endpointOffline(): void {
    this.#endpoints--
  }

  /** Why a request of a visitor connection, which the object stands for, must wait: 715, 719 or 734. It counts when it need not. */
  refuseRequest(connection: object): TunnelError | undefined {
    const now = this.#now()
    const max = this.#limits.maxRequestsPerMinute
    if (max !== undefined && this.#requests.at(now) >= max) return tooMuch(734, 'requests', max)
    const refusal = this.#seen.has(connection) ? this.#refuseBytes(now) : this.refuseConnection()
    if (refusal) return refusal
    this.#seen.add(connection)
    this.#requests.add(1, now)
    return undefined
  }

  /** Why a visitor connection must wait: 715 or 719. It counts when it need not. */
  refuseConnection(): TunnelError | undefined {
    const now = this.#now()
    const max = this.#limits.maxConnectionsPerMinute
    if (max !== undefined && this.#connections.at(now) >= max) return tooMuch(715, 'connections', max)
    const refusal = this.#refuseBytes(now)
    if (!refusal) this.#connections.add(1, now)
    return refusal
  }

  #refuseBytes(now: number): TunnelError | undefined {
    const max = this.#limits.maxBytesPerMinute
    return max !== undefined && this.#bytes.at(now) >= max ? tooMuch(719, 'bytes', max) : undefined
  }

  onBytes(count: number): void {
    this.#bytes.add(count, this.#now())
  }
}

function tooMuch(code: number, what: string, max: number): TunnelError {
  return new TunnelError(code, `more than ${max} ${what} within a minute`)
}
