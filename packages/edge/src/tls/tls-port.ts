import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { AGENT_ALPN, TunnelError } from '@tunnel/protocol'
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { EndpointRegistry } from '../endpoints/registry.ts'
import type { EdgeLimits } from '../limits.ts'
import type { OpenVisitors } from '../open-visitors.ts'
import { addressOf } from '../peer-address.ts'
import type { CertificateSource, EdgeLog } from '../ports.ts'
import type { TlsTerminator } from '../public-tls.ts'
import { serveTcp } from '../tcp/tcp-visitor.ts'
import { alerts, refuseWithAlert } from './alert.ts'
import type { ClientHello } from './client-hello.ts'
import { ClientHelloReader } from './client-hello-reader.ts'
import type { Termination } from './termination.ts'
import { TlsEndpointServer } from './tls-endpoint-server.ts'

export interface TlsPortParts {
  limits: EdgeLimits
  log: EdgeLog
  registry: Pick<EndpointRegistry, 'hasTlsEndpoints' | 'matchTls'>
  certificates: CertificateSource
  visitors: Pick<OpenVisitors, 'add'>
  /** Takes everything that is not for a `tls` endpoint. */
  terminator: Pick<TlsTerminator, 'terminate'>
}

/**
 * Takes the connections of the TLS port. While there is a `tls` endpoint it reads their ClientHello and sends on, by the server name,
 * what is for one; everything else, and without such an endpoint everything at once, goes to the terminator.
 */
export class TlsPort {
  readonly #parts: TlsPortParts
  /** They listen nowhere and hold nothing, so they go with their endpoints. */
  readonly #servers = new WeakMap<Endpoint, TlsEndpointServer>()

  constructor(parts: TlsPortParts) {
    this.#parts = parts
  }

  accept(socket: Socket): void {
    const { limits, log, registry, terminator } = this.#parts
    if (!registry.hasTlsEndpoints) return terminator.terminate(socket)
    const reader = new ClientHelloReader(limits.maxClientHelloBytes)
    const timer = setTimeout(() => socket.destroy(), limits.handshakeTimeoutMs).unref()
    const onData = (chunk: Buffer): void => {
      try {
        const hello = reader.write(chunk)
        if (!hello) return
        stop()
        socket.pause()
        socket.unshift(reader.bytes)
        this.#route(socket, hello)
      } catch (cause) {
        stop()
        log.debug({ visitorAddress: addressOf(socket), reason: TunnelError.from(cause).message }, 'no TLS connection')
        refuseWithAlert(socket, alerts.decodeError)
      }
    }
    const onEnd = (): void => void socket.destroy()
    const stop = (): void => {
      clearTimeout(timer)
      socket.off('data', onData).off('end', onEnd).off('close', stop)
    }
    socket.on('data', onData).on('end', onEnd).on('close', stop)
  }

  #route(socket: Socket, { serverName, protocols }: ClientHello): void {
    const { registry, certificates, terminator, log, limits } = this.#parts
    // A wildcard must not catch the agents of this very edge.
    if (serverName === undefined || protocols.includes(AGENT_ALPN)) return terminator.terminate(socket)
    const endpoint = registry.matchTls(serverName)
    if (endpoint?.termination) return this.#serverOf(endpoint, endpoint.termination).accept(socket)
    if (endpoint) {
      this.#parts.visitors.add(socket, () => {})
      return serveTcp(socket, endpoint, limits, log, { protocol: 'tls', tls: { serverName } })
    }
    if (certificates.contextFor(serverName) === undefined) return refuseWithAlert(socket, alerts.unrecognizedName)
    terminator.terminate(socket)
  }

  #serverOf(endpoint: Endpoint, termination: Termination): TlsEndpointServer {
    let server = this.#servers.get(endpoint)
    if (!server) {
      const { limits, log, certificates, visitors } = this.#parts
      const onSecure = (socket: TLSSocket): void => {
        visitors.add(socket, () => {})
        serveTcp(socket, endpoint, limits, log, { protocol: 'raw', tls: factsOf(socket) })
      }
      server = new TlsEndpointServer({
        termination,
        certificates,
        handshakeTimeoutMs: limits.handshakeTimeoutMs,
        onSecure,
      })
      this.#servers.set(endpoint, server)
    }
    return server
  }
}

const MAX_SUBJECT_LENGTH = 512

function factsOf(socket: TLSSocket) {
  const subject = socket.getPeerX509Certificate()?.subject
  return {
    ...(typeof socket.servername === 'string' && { serverName: socket.servername }),
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    ...(subject !== undefined && { clientSubject: subject.replaceAll('\n', ', ').slice(0, MAX_SUBJECT_LENGTH) }),
  }
}
