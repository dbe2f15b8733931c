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

/**
 * Options over environment; what is given alone over what is part of a connection string.
 * Throws 9034 when there is no edge to connect to.
 */
export function resolveTarget(options: SessionOptions): SessionTarget {
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
