import { readFileSync } from 'node:fs'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { UpstreamAddress } from './address.ts'

export interface UpstreamDialOptions {
  /** Verify the certificate of an `https` or `tls` upstream. @default false (reference §2.5: a private network is assumed) */
  verifyTls?: boolean | undefined
  /** PEM file with the CAs for that; the host's roots when left out. */
  tlsCaFile?: string | undefined
}

/** Starts connecting to an upstream. `connect` or, with TLS, `secureConnect` says that bytes will arrive: see {@link connectedEvent}. */
export function dialUpstream(address: UpstreamAddress, options: UpstreamDialOptions): Socket {
  const { host, port } = address
  if (address.unixSocket) return connectTcp({ path: host, allowHalfOpen: true })
  if (!usesTls(address)) return connectTcp({ host, port, noDelay: true, allowHalfOpen: true })
  const ca = options.verifyTls && options.tlsCaFile ? readFileSync(options.tlsCaFile) : undefined
  const socket = connectTls({
    host,
    port,
    // SNI names a host; an address is not one (RFC 6066 §3).
    servername: isIP(host) ? '' : host,
    rejectUnauthorized: options.verifyTls ?? false,
    ALPNProtocols: address.scheme === 'https' ? ['http/1.1'] : [],
    ...(ca && { ca }),
  })
  return socket.setNoDelay(true)
}

export function connectedEvent(address: UpstreamAddress): 'connect' | 'secureConnect' {
  return usesTls(address) ? 'secureConnect' : 'connect'
}

function usesTls(address: UpstreamAddress): boolean {
  return address.scheme === 'https' || address.scheme === 'tls'
}
