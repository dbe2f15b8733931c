import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { TunnelError } from '@tunnel/protocol'
import type {
  PolicyConnection,
  PolicyError,
  PolicyTraceRecorder,
  TcpOutcome,
  TlsSettings,
} from '@tunnel/traffic-policy'
import type { Endpoint, EndpointScheme } from '../endpoints/endpoint.ts'
import type { ConnectionRecord } from '../observation/connection-record.ts'
import { addressOf } from '../peer-address.ts'
import { resetSocket } from '../reset-socket.ts'
import { connectTcp, type RawKind, type RawPath, recordOf } from '../tcp/tcp-visitor.ts'
import { streamTlsFacts } from '../tls/stream-tls-facts.ts'
import type { ConnectionPolicies } from './connection-policies.ts'
import type { EndpointPolicy } from './endpoint-policy.ts'
import type { PolicyPath } from './policy-path.ts'
import { tlsFactsOf } from './tls-facts.ts'

export interface ConnectionPath extends Pick<PolicyPath, 'limits' | 'log' | 'report'>, RawPath {
  routeInternal(accountId: string, scheme: EndpointScheme, host: string, port?: number): Endpoint | undefined
  policiesOf(socket: Socket, startedAt: number): ConnectionPolicies
  /** Ends the TLS of a connection that has its whole ClientHello in front. Rejects when the handshake fails; the connection is gone then. */
  endTls(socket: Socket, settings: TlsSettings, protocols: readonly string[] | undefined): Promise<TLSSocket>
}

/** A connection whose rules have let it go on: as it is then, and how the policy sees it. */
export interface AdmittedConnection {
  readonly socket: Socket
  readonly connection: PolicyConnection
}

export interface PolicedConnectionOptions {
  /** What its bytes are to an agent. */
  kind: RawKind
  /** ALPN where a policy ends its TLS. @default none is spoken of */
  protocols?: readonly string[]
  /** How many endpoints it has passed. @default 0 */
  hops?: number
  /** What is noted of it. @default anew, where somebody observes */
  observed?: ConnectionRecord | undefined
  /** Takes it over. @default it goes to the endpoint's upstream as it is */
  admitted?: (admitted: AdmittedConnection) => void
}

/** Serves a visitor of a tcp or tls endpoint as the endpoint's policy says, if it has one. */
export function serveRaw(
  socket: Socket,
  endpoint: Endpoint,
  path: ConnectionPath,
  options: PolicedConnectionOptions,
): void {
  const { policy } = endpoint
  if (policy?.engine.has('on_tcp_connect')) new PolicedConnection(socket, endpoint, policy, path, options).begin()
  else connect(socket, endpoint, path, options.kind)
}

/** One connection before anybody has read from it, in the hands of the rules for connections. */
export class PolicedConnection {
  readonly #endpoint: Endpoint
  readonly #path: ConnectionPath
  readonly #options: PolicedConnectionOptions
  readonly #policies: ConnectionPolicies
  readonly #connection: PolicyConnection
  readonly #policy: EndpointPolicy
  /** Where somebody waits for an explanation. */
  readonly #recorder: PolicyTraceRecorder | undefined
  readonly #clientIp: string
  /** `undefined` where nobody observes, and for what others take over. */
  readonly #observed: ConnectionRecord | undefined
  #kind: RawKind
  #socket: Socket

  constructor(
    socket: Socket,
    endpoint: Endpoint,
    policy: EndpointPolicy,
    path: ConnectionPath,
    options: PolicedConnectionOptions,
  ) {
    this.#socket = socket
    this.#endpoint = endpoint
    this.#path = path
    this.#options = options
    this.#kind = options.kind
    this.#clientIp = addressOf(socket)
    const { observer } = path
    const isOwn = observer !== undefined && options.admitted === undefined
    this.#observed = options.observed ?? (isOwn ? recordOf(observer, socket, endpoint, options.kind) : undefined)
    this.#policies = path.policiesOf(socket, Date.now())
    if (this.#observed) this.#observed.policies = this.#policies
    this.#policy = policy
    this.#recorder = policy.explain?.connectionRecorder()
    this.#connection = policy.engine.connection(this.#policies.facts)
  }

  begin(): void {
    this.#settle(() => this.#connection.onTcpConnect(this.#recorder))
  }

  /** No request of it will come. */
  #explain(): void {
    if (this.#recorder) this.#policy.explain?.connectionOver(this.#recorder.trace)
  }

  #decide(outcome: TcpOutcome): void {
    switch (outcome.kind) {
      case 'continue':
        return this.#admit()
      case 'close':
        return this.#close(outcome.error)
      case 'forward-internal': {
        const error = this.#forward(outcome.url)
        if (error) this.#settle(() => outcome.resume({ code: error.code, message: error.message }))
        else {
          this.#report()
          this.#explain()
        }
        return
      }
      case 'terminate-tls':
        return this.#settle(async () => {
          const secured = await this.#path.endTls(this.#socket, outcome.settings, this.#options.protocols)
          this.#socket = secured
          this.#policies.secured(secured)
          this.#kind = { protocol: 'raw', tls: streamTlsFacts(secured) }
          return outcome.resume({ ...tlsFactsOf(secured, this.#policies.hello) })
        })
    }
  }

  #admit(): void {
    this.#report()
    const { admitted } = this.#options
    if (admitted) return admitted({ socket: this.#socket, connection: this.#connection })
    this.#explain()
    connect(this.#socket, this.#endpoint, this.#path, this.#kind, this.#observed)
  }

  /** What keeps it from going to another endpoint. */
  #forward(url: { scheme: EndpointScheme; host: string; port: number }): TunnelError | undefined {
    const { maxInternalHops } = this.#path.limits
    const hops = (this.#options.hops ?? 0) + 1
    if (hops > maxInternalHops)
      return new TunnelError(3501, `the connection would pass more than maxInternalHops ${maxInternalHops} endpoints`)
    const target = this.#path.routeInternal(this.#endpoint.session.accountId, url.scheme, url.host, url.port)
    if (!target) return new TunnelError(3200, `no endpoint is online at ${url.scheme}://${url.host}:${url.port}`)
    const { policy } = target
    if (policy?.engine.has('on_tcp_connect')) {
      const options = { kind: this.#kind, hops, observed: this.#observed }
      new PolicedConnection(this.#socket, target, policy, this.#path, options).begin()
      return undefined
    }
    return connectTcp(this.#socket, target, this.#path, this.#kind, this.#observed)
  }

  #close(error: PolicyError | undefined): void {
    this.#report()
    this.#refuse(error?.code)
    this.#explain()
    if (error) this.#log(error.code, error.message)
    if (this.#socket instanceof TLSSocket) this.#socket.destroy()
    else resetSocket(this.#socket)
  }

  #refuse(code: string | undefined): void {
    this.#path.observer?.refused?.({ what: 'connection', code })
    if (this.#observed) this.#observed.errorCode = code
  }

  #log(code: string, reason: string): void {
    const fields = { endpoint: this.#endpoint.url, visitorAddress: this.#clientIp, code, reason }
    this.#path.log.info(fields, 'a connection was not let through')
  }

  #report(): void {
    this.#observed?.addPolicyEvents(this.#connection.events)
    this.#path.report(this.#endpoint, this.#clientIp, this.#connection.events, 'connection')
  }

  /** Whatever goes wrong inside, the connection does not go on. */
  #settle(decide: () => TcpOutcome | Promise<TcpOutcome>): void {
    const useSafely = (outcome: TcpOutcome): void => {
      if (this.#socket.destroyed) return
      try {
        this.#decide(outcome)
      } catch (error) {
        this.#break(error)
      }
    }
    try {
      const outcome = decide()
      if (outcome instanceof Promise) outcome.then(useSafely, (error: unknown) => this.#break(error))
      else useSafely(outcome)
    } catch (error) {
      this.#break(error)
    }
  }

  #break(error: unknown): void {
    const { code, message } = TunnelError.from(error)
    this.#refuse(code)
    if (code === 'ERR_TUNNEL_802')
      this.#path.log.error({ err: error, endpoint: this.#endpoint.url }, 'a traffic policy failed')
    else this.#log(code, message)
    this.#socket.destroy()
  }
}

function connect(
  socket: Socket,
  endpoint: Endpoint,
  path: ConnectionPath,
  kind: RawKind,
  observed?: ConnectionRecord,
): void {
  if (connectTcp(socket, endpoint, path, kind, observed)) socket.destroy()
}
