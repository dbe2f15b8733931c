/** The names that an edge serves certificates for. Lowercase. */
export class ServedNames {
  readonly edgeHost: string
  readonly #domains: readonly string[]

  constructor(domains: readonly [string, ...string[]], edgeHost: string | undefined) {
    this.edgeHost = (edgeHost ?? domains[0]).toLowerCase()
    this.#domains = domains.map((domain) => domain.toLowerCase())
  }

  /** What the edge's own certificate is for: itself, each base domain with one label below it, and this machine. */
  forOwnCertificate(): [string, ...string[]] {
    const others = new Set([...this.#domains.flatMap((domain) => [domain, `*.${domain}`]), '127.0.0.1', '::1'])
    others.delete(this.edgeHost)
    return [this.edgeHost, ...others]
  }

  /** Whether a name is a base domain or below one, and a name at all. */
  isPublic(serverName: string): boolean {
    return (
      isDnsName(serverName) &&
      this.#domains.some((domain) => serverName === domain || serverName.endsWith(`.${domain}`))
    )
  }
}

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const DNS_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`)

function isDnsName(name: string): boolean {
  return name.length <= 253 && DNS_NAME.test(name)
}
