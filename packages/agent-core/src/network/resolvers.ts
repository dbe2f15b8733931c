import { isIP } from 'node:net'
import { shownLocation } from './http-location.ts'
import type { NetworkOptions } from './network-options.ts'

type IpFamily = NonNullable<NetworkOptions['ipFamily']>

/** One way to turn a name into IP addresses. */
export interface Resolver {
  /** As shown to people. */
  readonly name: string
  /** Addresses of both families, in the order to try them. Rejects with a system error, or resolves to none. */
  resolve(host: string, signal: AbortSignal): Promise<readonly string[]>
}

const DEFAULT_TIMEOUT_MS = 3000

/**
 * The ways to resolve a name, in the order to try them (reference agent.md §7.5): the system or the name servers instead of it, the
 * servers to fall back on, DNS over HTTPS, addresses that are known anyway.
 */
export function resolversOf(options: NetworkOptions): readonly Resolver[] {
  const { dnsResolverIps = [], dnsFallbackIps = [], dnsOverHttpsUrls = [], fallbackAddresses = [] } = options
  return [
    dnsResolverIps.length > 0 ? nameServers(dnsResolverIps, options) : system,
    ...(dnsFallbackIps.length > 0 ? [nameServers(dnsFallbackIps, options)] : []),
    ...dnsOverHttpsUrls.map(overHttps),
    ...(fallbackAddresses.length > 0 ? [known(fallbackAddresses)] : []),
  ]
}

/** Asks one resolver within `dnsTimeoutMs`, for the families that are wanted. Rejects where it knows none. */
export async function resolveWith(
  resolver: Resolver,
  host: string,
  { dnsTimeoutMs = DEFAULT_TIMEOUT_MS, ipFamily }: NetworkOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(dnsTimeoutMs)])
  const addresses = await unlessAborted(resolver.resolve(host, deadline), deadline).catch((cause: unknown) => {
    signal.throwIfAborted()
    throw deadline.aborted ? new Error(`no answer within ${dnsTimeoutMs} ms`, { cause }) : cause
  })
  const usable = addresses.filter((address) => isOf(address, ipFamily))
  if (usable.length > 0) return usable
  throw new Error(ipFamily === undefined ? 'no address' : `no address of IPv${ipFamily}`)
}

const isOf = (address: string, family: IpFamily | undefined): boolean =>
  family === undefined ? isIP(address) !== 0 : isIP(address) === family

/** `getaddrinfo` cannot be called off, and a name server that is silent is not waited for. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

const system: Resolver = {
  name: 'system',
  async resolve(host) {
    const { lookup } = await import('node:dns/promises')
    return (await lookup(host, { all: true })).map(({ address }) => address)
  },
}

function nameServers(servers: readonly string[], options: NetworkOptions): Resolver {
  return {
    name: servers.join(', '),
    async resolve(host, signal) {
      const { askNameServers } = await import('./ask-name-servers.ts')
      return askNameServers(servers, host, options.dnsTimeoutMs ?? DEFAULT_TIMEOUT_MS, signal)
    },
  }
}

function overHttps(url: string): Resolver {
  return {
    name: shownLocation(url),
    async resolve(host, signal) {
      const { askOverHttps } = await import('./ask-over-https.ts')
      return askOverHttps(url, host, signal)
    },
  }
}

function known(addresses: string | readonly string[]): Resolver {
  return {
    name: typeof addresses === 'string' ? shownLocation(addresses) : 'fallback addresses',
    async resolve(_host, signal) {
      const { listedAddresses } = await import('./listed-addresses.ts')
      return listedAddresses(addresses, signal)
    },
  }
}
