import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { AGENT_ALPN, TunnelError } from '@tunnel/protocol'
import type { Absences } from '../endpoints/absences.ts'
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { EndpointRegistry } from '../endpoints/registry.ts'
import type { EdgeLimits } from '../limits.ts'
import type { OpenVisitors } from '../open-visitors.ts'
import { addressOf } from '../peer-address.ts'
import { type HelloPath, policeHello } from '../policy/policed-hello.ts'
import type { CertificateSource, EdgeLog } from '../ports.ts'
import { type TlsTerminator, VISITOR_PROTOCOLS } from '../public-tls.ts'
import { connectTcp } from '../tcp/tcp-visitor.ts'
import { alerts, refuseWithAlert } from './alert.ts'
import type { ClientHello } from './client-hello.ts'
import { ClientHelloReader } from './client-hello-reader.ts'
import { securedFor } from './secured-for.ts'
import { streamTlsFacts } from './stream-tls-facts.ts'
import type { Termination } from './termination.ts'
import { TlsEndpointServer } from './tls-endpoint-server.ts'

export interface TlsPortParts {
  limits: EdgeLimits
  log: EdgeLog
  registry: Pick<EndpointRegistry, 'readsHellos' | 'matchTls' | 'match'>
  certificates: CertificateSource
  /** Endpoints that are expected back, and do not let go of what they demand meanwhile. */
  absences: Pick<Absences, 'isEmpty' | 'match'>
  visitors: Pick<OpenVisitors, 'add'>
  /** Where the rules for connections of an endpoint's policy lead. */
  path: HelloPath
  /** Takes everything whose TLS ends as usual, and what is inside the TLS of `https` endpoints. */
  terminator: Pick<TlsTerminator, 'terminate' | 'serve'>
}

/**
 * Takes the connections of the TLS port. While there is an endpoint with TLS of its own it reads their ClientHello and sends on, by the
 * server name, what is for one; everything else, and without such an endpoint everything at once, goes to the terminator.
 */
export class TlsPort {
  readonly #parts: TlsPortParts
  /** They listen nowhere and hold nothing, so they go with their endpoints. */
  readonly #servers = new WeakMap<Termination, TlsEndpointServer>()

  constructor(parts: TlsPortParts) {
    this.#parts = parts
  }

  accept(socket: Socket): void {
    const { limits, log, registry, absences, terminator } = this.#parts
    if (!registry.readsHellos && absences.isEmpty) return terminator.terminate(socket)
    const reader = new ClientHelloReader(limits.maxClientHelloBytes)
    const { clientHelloTimeoutMs, handshakeTimeoutMs } = limits
    const timeoutMs = Math.min(clientHelloTimeoutMs, handshakeTimeoutMs)
    const timer = setTimeout(() => socket.destroy(), timeoutMs).unref()
    const onData = (chunk: Buffer): void => {
      try {
        const hello = reader.write(chunk)
        if (!hello) return
        stop()
        socket.pause()
        socket.unshift(reader.bytes)
        this.#route(socket, hello, reader.body)
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

  #route(socket: Socket, { serverName, protocols }: ClientHello, body: Buffer): void {
    const { registry, absences, terminator, path } = this.#parts
    // A wildcard must not catch the agents of this very edge.
    if (protocols.includes(AGENT_ALPN)) return terminator.terminate(socket)
    if (serverName === undefined) return this.#answerNobody(socket, protocols)
    const endpoint = registry.matchTls(serverName) ?? absences.match('https', serverName)
    const policed = endpoint ?? registry.match('https', serverName)
    // Nothing can be told to a visitor of a tls endpoint, and no rules are run for one that will be refused.
    const isClosed = policed?.scheme === 'tls' || policed?.policy?.engine.has('on_tcp_connect')
    if (isClosed && path.overload.turnedAway.has(socket)) return void socket.destroy()
    if (!policed?.policy) return this.#serve(socket, endpoint, serverName, protocols)
    const spoken = policed.scheme === 'https' ? VISITOR_PROTOCOLS : undefined
    policeHello({ socket, serverName, body, protocols: spoken }, policed, policed.policy, path, (secured) => {
      if (secured) this.#serveSecured(secured, policed)
      else this.#serve(socket, endpoint, serverName, protocols)
    })
  }

  /** `endpoint`: one with TLS of its own. */
  #serve(socket: Socket, endpoint: Endpoint | undefined, serverName: string, protocols: readonly string[]): void {
    const { certificates, terminator, path } = this.#parts
    if (endpoint?.termination) return this.#serverOf(endpoint, endpoint.termination).accept(socket)
    if (endpoint?.scheme === 'tls') {
      this.#parts.visitors.add(socket, () => {})
      if (connectTcp(socket, endpoint, path, { protocol: 'tls', tls: { serverName } })) socket.destroy()
      return
    }
    if (certificates.contextFor(serverName) === undefined) return this.#answerNobody(socket, protocols)
    terminator.terminate(socket)
  }

  /** A policy has ended its TLS, in its own way: what the endpoint itself demands has not been done. */
  #serveSecured(socket: TLSSocket, endpoint: Endpoint): void {
    if (endpoint.scheme === 'https') this.#parts.terminator.serve(socket, securedFor(socket))
    else this.#serveRaw(endpoint)(socket)
  }

  /** For whom nobody knows an endpoint: an answer in HTTP, which says why, to all but those who say that they speak something else. */
  #answerNobody(socket: Socket, protocols: readonly string[]): void {
    const mayBeHttp = protocols.length === 0 || VISITOR_PROTOCOLS.some((protocol) => protocols.includes(protocol))
    if (mayBeHttp) this.#parts.terminator.terminate(socket)
    else refuseWithAlert(socket, alerts.unrecognizedName)
  }

  #serverOf(endpoint: Endpoint, termination: Termination): TlsEndpointServer {
    let server = this.#servers.get(termination)
    if (!server) {
      const { limits, log, certificates, path } = this.#parts
      const isHttps = endpoint.scheme === 'https'
      server = new TlsEndpointServer({
        termination,
        certificates,
        handshakeTimeoutMs: limits.handshakeTimeoutMs,
        protocols: isHttps ? VISITOR_PROTOCOLS : undefined,
        onSecure: isHttps ? this.#serveHttps(termination) : this.#serveRaw(endpoint),
        onRefused: ({ message }, socket) => {
          path.observer?.refused?.({ what: 'connection', code: 'ERR_TUNNEL_3002' })
          const fields = { endpoint: endpoint.url, visitorAddress: addressOf(socket), code: 'ERR_TUNNEL_3002' }
          log.info({ ...fields, reason: message }, 'TLS handshake failed')
        },
      })
      this.#servers.set(termination, server)
    }
    return server
  }

  /** Its requests find their endpoints by themselves: others share the address, or come after this one. */
  #serveHttps(termination: Termination) {
    return (socket: TLSSocket): void => this.#parts.terminator.serve(socket, securedFor(socket, termination))
  }

  #serveRaw(endpoint: Endpoint) {
    const { path, visitors } = this.#parts
    return (socket: TLSSocket): void => {
      // Who has ended its side may still be waiting for the answer.
      socket.allowHalfOpen = true
      visitors.add(socket, () => {})
      const kind = { protocol: 'raw', tls: streamTlsFacts(socket) } as const
      if (connectTcp(socket, endpoint, path, kind)) socket.destroy()
    }
  }
}
