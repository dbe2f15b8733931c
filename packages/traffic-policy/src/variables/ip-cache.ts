import type { IpFacts, VariablePorts } from './ports.ts'

/** The two addresses of a connection, each looked up once and only when asked for. */
export class IpCache {
  readonly #ports: VariablePorts
  readonly #known = new Map<string, IpFacts | undefined>()

  constructor(ports: VariablePorts) {
    this.#ports = ports
  }

  lookUp(address: string): IpFacts | undefined {
    if (this.#ports.lookUpIp === undefined) return undefined
    if (!this.#known.has(address)) this.#known.set(address, this.#ports.lookUpIp(address))
    return this.#known.get(address)
  }
}
