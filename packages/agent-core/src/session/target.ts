import { isIP } from 'node:net'
import { type ConnectionString, parseConnectionString, TunnelError } from '@tunnel/protocol'
import type { EdgeAddress } from './dial-edge.ts'
import type { SessionOptions } from './options.ts'
import type { EdgeTrust } from './trust.ts'

/** Where to connect, whom to trust, with what. */
export interface SessionTarget {
  address: EdgeAddress
  trust: EdgeTrust
  authtoken: string
}

/** Edges of one session. Beyond: 9034. */
const MAX_EDGES = 8

/** Every edge that the options, or else the environment, name; each once. Throws 9034 when there is none, or too many. */
export function resolveTargets(options: SessionOptions): readonly SessionTarget[] {
  const env = options.env ?? process.env
  const isGiven = options.connect !== undefined
  const strings = isGiven ? listOf(options.connect) : []
  const addresses = listOf(options.serverAddr)
  const { trust, authtoken } = options
  const targets =
    addresses.length > 0
      ? addresses.map((entry) =>
          entry.includes('://')
            ? resolvePairing(entry, { trust, authtoken, env })
            : resolveTarget({ trust, authtoken, env, connect: strings[0], serverAddr: entry }),
        )
      : isGiven
        ? (strings.length > 0 ? strings : ['']).map((connect) => resolveTarget({ trust, authtoken, env, connect }))
        : fromEnvironment(env).map((one) => resolveTarget({ trust, authtoken, env: one }))
  const unique = new Map(targets.map((target) => [`${target.address.host} ${target.address.port}`, target]))
  if (unique.size > MAX_EDGES) throw new TunnelError(9034, `${unique.size} edges are more than ${MAX_EDGES}`)
  return inRegion([...unique.values()], options.region)
}

/** A single edge is in every region. */
function inRegion(targets: readonly SessionTarget[], region: string | undefined): readonly SessionTarget[] {
  if (region === undefined || region === '' || region === 'auto' || targets.length < 2) return targets
  const named = region.toLowerCase()
  const there = targets.filter(({ address: { host } }) => isNameOf(host.toLowerCase(), named))
  if (there.length > 0) return there
  const hosts = targets.map(({ address }) => address.host).join(', ')
  throw new TunnelError(9034, `no edge is in the region ${JSON.stringify(region.slice(0, 50))}: there are ${hosts}`)
}

/** All of a host name, or one label of it; what a number in an IP address means nobody knows. */
function isNameOf(host: string, region: string): boolean {
  return host === region || (isIP(host) === 0 && host.split('.').includes(region))
}

/** A connection string among addresses: what it brings of its own is for this edge alone. */
function resolvePairing(connect: string, shared: TargetOptions): SessionTarget {
  const { authtoken, caFingerprint } = parseConnectionString(connect)
  const own = { connect, env: shared.env, authtoken: authtoken ?? shared.authtoken }
  return resolveTarget(caFingerprint === undefined ? { ...own, trust: shared.trust } : own)
}

/** One environment for each edge that `TUNNEL_CONNECT` names, and one where it names none. */
function fromEnvironment(env: Environment): Environment[] {
  const strings = listOf(env.TUNNEL_CONNECT)
  return strings.length > 0 ? strings.map((text) => ({ ...env, TUNNEL_CONNECT: text })) : [env]
}

/** Neither a connection string nor an address has a comma of its own. */
function listOf(value: string | readonly string[] | undefined): string[] {
  const entries = typeof value === 'string' ? [value] : (value ?? [])
  return entries.flatMap((entry) => entry.split(',').map((part) => part.trim())).filter((part) => part !== '')
}

/** Options that name one edge. */
type TargetOptions = Pick<SessionOptions, 'trust' | 'authtoken' | 'env'> & {
  connect?: string | undefined
  serverAddr?: string | undefined
}

/**
 * Options over environment; what is given alone over what is part of a connection string.
 * Throws 9034 when there is no edge to connect to.
 */
export function resolveTarget(options: TargetOptions): SessionTarget {
  const env = options.env ?? process.env
  const text = options.connect ?? (options.serverAddr === undefined ? env.TUNNEL_CONNECT : undefined)
  const connection = text ? parseConnectionString(text) : undefined
  const address = options.serverAddr === undefined ? connection : parseServerAddress(options.serverAddr)
  if (!address) {
    throw new TunnelError(
      9034,
      'no edge to connect to: set TUNNEL_CONNECT to the connection string that the edge prints',
    )
  }
  return {
    address: { host: address.host, port: address.port },
    trust: options.trust ?? pinned(connection) ?? 'host',
    authtoken: options.authtoken ?? authtokenFor(connection, options.connect !== undefined, env),
  }
}

/** A connection string that the program gives brings its own authtoken: one of the environment may be for another edge. */
function authtokenFor(connection: ConnectionString | undefined, isOption: boolean, env: Environment): string {
  const own = connection?.authtoken
  return (isOption ? own : undefined) ?? env.TUNNEL_AUTHTOKEN ?? own ?? env.NGROK_AUTHTOKEN ?? ''
}

type Environment = Readonly<Record<string, string | undefined>>

function pinned(connection: ConnectionString | undefined): EdgeTrust | undefined {
  return connection?.caFingerprint === undefined ? undefined : { caFingerprint: connection.caFingerprint }
}

function parseServerAddress(text: string): EdgeAddress {
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text.trim())
  const port = match?.[2] === undefined ? 443 : Number(match[2])
  if (!match || port < 1 || port > 65535)
    throw new TunnelError(9034, `edge address ${JSON.stringify(text.slice(0, 100))} is not host:port`)
  return { host: (match[1] as string).replace(/^\[|\]$/g, ''), port }
}
