import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { TunnelError } from '@tunnel/protocol'
import { readCaFile } from '../ca-file.ts'
import { connectFirst } from './connect-first.ts'
import { localAddressOf } from './local-address.ts'
import type { NetworkOptions } from './network-options.ts'
import { proxyFor } from './proxy-for.ts'
import type { ProxyServer } from './proxy-url.ts'
import { resolversOf, resolveWith } from './resolvers.ts'

export interface HostAndPort {
  readonly host: string
  readonly port: number
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Opens connections to `target` until `use` resolves: one for each way to resolve the name that leads to an address not tried yet.
 * Rejects with {@link TunnelError} 8005 or 8006 where a proxy is in the way, with 8000 where no way leads to an address, and otherwise with
 * what `use`, or the system, said first.
 */
export async function openPath<T>(
  target: HostAndPort,
  network: NetworkOptions,
  env: Environment | undefined,
  signal: AbortSignal,
  use: (socket: Socket) => Promise<T>,
): Promise<T> {
  const proxy = proxyFor(target, network, env)
  if (!proxy) return overAddresses(target, network, signal, use)
  if (proxy.scheme !== 'socks5' || isIP(target.host) || (network.dnsResolverIps ?? []).length === 0)
    return use(await throughProxy(proxy, target, network, signal))
  return eachResolution(target.host, network, signal, async ([host = '']) =>
    use(await throughProxy(proxy, { host, port: target.port }, network, signal)),
  )
}

/** The same without a proxy. */
function overAddresses<T>(
  { host, port }: HostAndPort,
  network: NetworkOptions,
  signal: AbortSignal,
  use: (socket: Socket) => Promise<T>,
): Promise<T> {
  return eachResolution(host, network, signal, async (addresses) => use(await dial(addresses, port, network, signal)))
}

async function eachResolution<T>(
  host: string,
  network: NetworkOptions,
  signal: AbortSignal,
  use: (addresses: readonly string[]) => Promise<T>,
): Promise<T> {
  if (isIP(host)) return use([host])
  const tried = new Set<string>()
  const silent: string[] = []
  const failures: unknown[] = []
  for (const resolver of resolversOf(network)) {
    let addresses: readonly string[]
    try {
      addresses = await resolveWith(resolver, host, network, signal)
    } catch (cause) {
      signal.throwIfAborted()
      silent.push(`${resolver.name}: ${reasonOf(cause)}`)
      continue
    }
    const untried = addresses.filter((address) => !tried.has(address))
    if (untried.length === 0) continue
    try {
      return await use(untried)
    } catch (cause) {
      signal.throwIfAborted()
      failures.push(cause)
      for (const address of untried) tried.add(address)
    }
  }
  if (failures.length > 0) throw failures[0]
  throw new TunnelError(8000, `the name ${host} could not be resolved (${silent.join('; ')})`, { retryable: true })
}

function dial(
  addresses: readonly string[],
  port: number,
  network: NetworkOptions,
  signal: AbortSignal,
): Promise<Socket> {
  const { connectInterface, tcpKeepAliveMs = 15_000 } = network
  const localAddress = connectInterface === undefined ? undefined : localAddressOf(connectInterface)
  return connectFirst(addresses, port, signal, { localAddress }).then((socket) =>
    tcpKeepAliveMs > 0 ? socket.setKeepAlive(true, tcpKeepAliveMs) : socket,
  )
}

// Proxies

async function throughProxy(
  proxy: ProxyServer,
  target: HostAndPort,
  network: NetworkOptions,
  signal: AbortSignal,
): Promise<Socket> {
  const reach = async (): Promise<Socket> => {
    const socket = await overAddresses(proxy, network, signal, async (plain) => plain)
    return proxy.scheme === 'https' ? overTls(socket, proxy, network, signal) : socket
  }
  let socket: Socket | undefined
  try {
    socket = await reach()
    return await ask(socket, proxy, target, signal)
  } catch (cause) {
    socket?.destroy()
    signal.throwIfAborted()
    throw proxyError(cause, proxy)
  }
}

/** Most agents have no proxy: neither of the two is loaded without. */
async function ask(socket: Socket, proxy: ProxyServer, target: HostAndPort, signal: AbortSignal): Promise<Socket> {
  if (proxy.scheme.startsWith('socks')) {
    const { throughSocks } = await import('./through-socks.ts')
    return throughSocks(socket, proxy, target, signal)
  }
  const { throughHttpProxy } = await import('./through-http-proxy.ts')
  return throughHttpProxy(socket, proxy, target, signal)
}

function overTls(
  socket: Socket,
  proxy: ProxyServer,
  { proxyCaFile }: NetworkOptions,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const tls = connectTls({
      socket,
      servername: isIP(proxy.host) ? '' : proxy.host,
      ALPNProtocols: ['http/1.1'],
      ...(isIP(proxy.host) && { host: proxy.host }),
      ...(proxyCaFile !== undefined && { ca: readCaFile(proxyCaFile) }),
    })
    const fail = (cause: Error): void => {
      signal.removeEventListener('abort', abort)
      tls.on('error', () => {})
      tls.destroy()
      reject(cause)
    }
    const abort = (): void => fail(signal.reason as Error)
    signal.addEventListener('abort', abort)
    // Stays, as that of the connection below.
    tls.on('error', fail)
    tls.once('close', () => fail(new Error('it closed the connection during the TLS handshake')))
    tls.once('secureConnect', () => {
      signal.removeEventListener('abort', abort)
      tls.removeAllListeners('close')
      resolve(tls)
    })
  })
}

function proxyError(cause: unknown, proxy: ProxyServer): TunnelError {
  if (cause instanceof TunnelError && cause.code === 'ERR_TUNNEL_8000')
    return new TunnelError(8005, `the proxy's name ${proxy.host} could not be resolved`, { cause, retryable: true })
  const isFinal = (cause as { isPassing?: boolean }).isPassing === false
  return new TunnelError(8006, `no way through the proxy ${proxy.shown}: ${reasonOf(cause)}`, {
    cause: withoutSecrets(cause),
    retryable: !isFinal,
  })
}

/** The SOCKS library puts its options, the password among them, on its errors. */
function withoutSecrets(cause: unknown): Error {
  return new Error(reasonOf(cause))
}

export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const { code, message, cause: inner } = cause as NodeJS.ErrnoException
  if (message === 'fetch failed' && inner) return reasonOf(inner)
  return code !== undefined && /^E[A-Z_]+$/.test(code) && !code.startsWith('ERR_') ? code : message
}
