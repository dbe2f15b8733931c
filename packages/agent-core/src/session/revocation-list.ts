import { TunnelError } from '@tunnel/protocol'
import { shownLocation } from '../network/http-location.ts'
import { reasonOf } from '../network/open-path.ts'

const MAX_LIST_BYTES = 1024 * 1024

/** How long a list is used before it is fetched again, which may fail then: OpenSSL knows when a list is too old. */
const FRESH_MS = 60 * 60_000

/** The list of revoked certificates at a path or URL, as OpenSSL takes it. */
export class RevocationList {
  readonly #location: string
  readonly #now: () => number
  #pem: string | undefined
  #fetchedAt = 0

  constructor(location: string, now: () => number = Date.now) {
    this.#location = location
    this.#now = now
  }

  /** Throws {@link TunnelError} 8003, retryable, where there is no list and none can be had. */
  async pem(signal: AbortSignal): Promise<string> {
    if (this.#pem !== undefined && this.#now() - this.#fetchedAt < FRESH_MS) return this.#pem
    try {
      const { readResource } = await import('../network/read-resource.ts')
      this.#pem = pemOf(await readResource(this.#location, MAX_LIST_BYTES, signal))
      this.#fetchedAt = this.#now()
    } catch (cause) {
      signal.throwIfAborted()
      if (this.#pem === undefined)
        throw new TunnelError(
          8003,
          `the list of revoked certificates ${shownLocation(this.#location)} cannot be had: ${reasonOf(cause)}`,
          {
            cause,
            retryable: true,
          },
        )
    }
    return this.#pem
  }
}

/** Certificate authorities publish DER; OpenSSL wants the text around it. */
function pemOf(bytes: Buffer): string {
  if (bytes.includes('-----BEGIN X509 CRL-----')) return bytes.toString('latin1')
  const lines = bytes.toString('base64').replace(/.{64}/g, '$&\n')
  return `-----BEGIN X509 CRL-----\n${lines}\n-----END X509 CRL-----\n`
}
