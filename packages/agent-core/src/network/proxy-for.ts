import { BlockList, isIP, isIPv4 } from 'node:net'
import type { NetworkOptions } from './network-options.ts'
import { type ProxyServer, parseProxyUrl } from './proxy-url.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The lower-case form of each goes first, as in curl. */
const VARIABLES = ['https_proxy', 'http_proxy', 'all_proxy']

/**
 * The proxy on the way to an edge, or `undefined`: the option, else what the environment names, unless `no_proxy` has the edge or it is
 * on loopback, where no other machine's proxy would find it. Throws 9034 for a proxy that cannot be read.
 */
export function proxyFor(
  { host, port }: { host: string; port: number },
  { proxyUrl }: NetworkOptions,
  env: Environment = process.env,
): ProxyServer | undefined {
  if (proxyUrl !== undefined) return proxyUrl === false || proxyUrl === '' ? undefined : parseProxyUrl(proxyUrl)
  const text = VARIABLES.map((name) => variable(env, name)).find((value) => value !== undefined)
  if (text === undefined || isLoopback(host) || isExcepted(host, port, variable(env, 'no_proxy') ?? ''))
    return undefined
  // As everywhere with these variables, a bare host:port is an HTTP proxy.
  return parseProxyUrl(text.includes('://') ? text : `http://${text}`)
}

function variable(env: Environment, name: string): string | undefined {
  return [env[name], env[name.toUpperCase()]].find((value) => value !== undefined && value !== '')
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

function isLoopback(host: string): boolean {
  if (isIP(host)) return loopback.check(host, isIPv4(host) ? 'ipv4' : 'ipv6')
  return host === 'localhost' || host.endsWith('.localhost')
}

/** Names stand for themselves and all below them, with or without a leading dot; addresses may be ranges; `*` is everything. */
function isExcepted(host: string, port: number, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const match = /^(.*?)(?::(\d+))?$/.exec(isIP(entry) ? `[${entry}]` : entry)
      if (match?.[2] !== undefined && Number(match[2]) !== port) return false
      return matches(host.toLowerCase(), (match?.[1] ?? '').replace(/^\[(.*)\]$/, '$1').toLowerCase())
    })
}

function matches(host: string, pattern: string): boolean {
  if (pattern === '*' || pattern === host) return true
  const [address = '', bits] = pattern.split('/')
  if (bits !== undefined)
    return isIP(address) !== 0 && isIP(host) === isIP(address) && inSubnet(host, address, Number(bits))
  const name = pattern.replace(/^\*?\./, '')
  return isIP(host) === 0 && name !== '' && (host === name || host.endsWith(`.${name}`))
}

function inSubnet(host: string, address: string, bits: number): boolean {
  const family = isIPv4(address) ? 'ipv4' : 'ipv6'
  if (!(bits >= 0 && bits <= (family === 'ipv4' ? 32 : 128))) return false
  const range = new BlockList()
  range.addSubnet(address, bits, family)
  return range.check(host, family)
}
